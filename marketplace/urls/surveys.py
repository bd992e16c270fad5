from django.urls import path

from marketplace.views import surveys

urlpatterns = [path("surveys/<slug:token>/", surveys.survey, name="survey")]

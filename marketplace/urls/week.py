from django.urls import path

from marketplace.views import week

urlpatterns = [
    path("my/week/", week.my_week, name="my_week"),
    path("my/week/people/<int:pk>/", week.person_week, name="person_week"),
    path("my/resources/<slug:ref>/week/", week.resource_week, name="resource_week"),
]

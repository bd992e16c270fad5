from django.urls import path

from marketplace.views import find

urlpatterns = [
    path("offers/", find.offer_list, name="offer_list"),
]

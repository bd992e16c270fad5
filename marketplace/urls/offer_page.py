from django.urls import path

from marketplace.views import favourites, offer_page

urlpatterns = [
    path("saved/", favourites.favourite_list, name="favourite_list"),
    path("offers/<slug:slug>/", offer_page.offer_detail, name="offer_detail"),
    path("offers/<slug:slug>/save/", offer_page.favourite_toggle, name="favourite_toggle"),
]

from django.urls import path

from marketplace.views import changes

BASE = "orders/<slug:ref>/change/"
urlpatterns = [
    path(BASE, changes.order_change, name="order_change"),
    path(f"{BASE}new/", changes.change_new, name="change_new"),
    path(f"{BASE}accept/", changes.change_accept, name="change_accept"),
    path(f"{BASE}refuse/", changes.change_refuse, name="change_refuse"),
    path(f"{BASE}take-back/", changes.change_take_back, name="change_take_back"),
]

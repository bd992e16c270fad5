from django.urls import path

from marketplace.views import (
    again,
    orders,
    orders_files,
    orders_list,
    orders_new,
    orders_quote,
    orders_times,
    sub_orders,
)
from marketplace.views.orders_actions import ACTIONS

urlpatterns = [
    path("offers/<slug:slug>/request/", orders_new.order_new, name="order_new"),
    path("offers/<slug:slug>/book/", orders_new.order_book, name="order_book"),
    path("offers/<slug:slug>/total/", orders_new.order_price, name="order_price"),
    path("offers/<slug:slug>/time/", orders_times.order_time, name="order_time"),
    path("offers/<slug:slug>/times/", orders_times.offer_times, name="offer_free_times"),
    path("orders/", orders_list.order_list, name="order_list"),
    path("orders/<slug:ref>/", orders.order_detail, name="order_detail"),
    path("orders/<slug:ref>/edit/", orders_new.order_edit, name="order_edit"),
    path("orders/<slug:ref>/again/", again.order_again, name="order_again"),
    path("orders/<slug:ref>/again/ask/", again.order_ask_again, name="order_ask_again"),
    path("orders/<slug:ref>/parts/", sub_orders.order_parts, name="order_parts"),
    path("orders/<slug:ref>/confirm/", orders_times.order_confirm, name="order_confirm"),
    path("orders/<slug:ref>/move/", orders_times.order_propose_time, name="order_propose_time"),
    path("orders/<slug:ref>/quote/", orders_quote.order_quote, name="order_quote"),
    path("orders/<slug:ref>/files/<slug:file_ref>/", orders_files.order_file, name="order_file"),
    *(path(f"orders/<slug:ref>/{verb}/", orders.order_act, {"verb": verb}, name=f"order_{verb}") for verb in ACTIONS),
]

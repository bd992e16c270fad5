from django.urls import path

from marketplace.views import quality

urlpatterns = [
    path("orders/<slug:ref>/deliver/", quality.order_deliver, name="order_deliver"),
    path("orders/<slug:ref>/quality/", quality.order_quality, name="order_quality"),
]

from django.urls import path

from marketplace.views import readiness

urlpatterns = [
    path("orders/<slug:ref>/ready/", readiness.order_ready, name="order_ready"),
    path("orders/<slug:ref>/ready/<slug:kind>/not-needed/", readiness.ready_waive, name="ready_waive"),
    path("orders/<slug:ref>/ready/<slug:kind>/take-back/", readiness.ready_take_back, name="ready_take_back"),
    path("orders/<slug:ref>/ready/trainers/", readiness.ready_trainers, name="ready_trainers"),
]

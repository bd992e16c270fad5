from django.urls import path

from marketplace.views import hours, my_hours

urlpatterns = [
    path("orders/<slug:ref>/hours/", hours.order_hours, name="order_hours"),
    path("orders/<slug:ref>/hours.csv", hours.order_hours_csv, name="order_hours_csv"),
    path("orders/<slug:ref>/hours/<int:pk>/", hours.hours_change, name="hours_change"),
    path("orders/<slug:ref>/hours/<int:pk>/confirm/", hours.hours_confirm, name="hours_confirm"),
    path("orders/<slug:ref>/hours/<int:pk>/void/", hours.hours_void, name="hours_void"),
    path("my/hours/", my_hours.my_hours, name="my_hours"),
    path("my/hours/<slug:ref>/", my_hours.my_order_hours, name="my_order_hours"),
    path("my/hours/<slug:ref>/<int:pk>/void/", my_hours.my_hours_void, name="my_hours_void"),
]

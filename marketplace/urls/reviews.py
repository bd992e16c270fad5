from django.urls import path

from marketplace.views import reviews

urlpatterns = [
    path("orders/<slug:ref>/review/", reviews.order_review, name="order_review"),
    path("orders/<slug:ref>/review/reply/", reviews.review_reply, name="review_reply"),
]

from django.urls import path

from marketplace.views import teams

urlpatterns = [
    path("orders/<slug:ref>/team/", teams.order_team, name="order_team"),
    path("orders/<slug:ref>/team/absent/", teams.order_team_absent, name="order_team_absent"),
]

from marketplace.urls import find, offers, orders

app_name = "marketplace"
urlpatterns = [*find.urlpatterns, *offers.urlpatterns, *orders.urlpatterns]

from marketplace.urls import find, offer_page, offers, orders

app_name = "marketplace"
urlpatterns = [*find.urlpatterns, *offers.urlpatterns, *orders.urlpatterns, *offer_page.urlpatterns]

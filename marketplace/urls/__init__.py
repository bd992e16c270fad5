from marketplace.urls import find, offer_page, offers, orders, resources

app_name = "marketplace"
urlpatterns = [
    *find.urlpatterns,
    *offers.urlpatterns,
    *orders.urlpatterns,
    *resources.urlpatterns,
    *offer_page.urlpatterns,
]

from marketplace.urls import calendar, find, offer_page, offers, orders, resources

app_name = "marketplace"
urlpatterns = [
    *calendar.urlpatterns,
    *find.urlpatterns,
    *offers.urlpatterns,
    *orders.urlpatterns,
    *resources.urlpatterns,
    *offer_page.urlpatterns,
]

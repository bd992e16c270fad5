from marketplace.urls import calendar, feeds, find, offer_page, offers, orders, resources

app_name = "marketplace"
urlpatterns = [
    *calendar.urlpatterns,
    *find.urlpatterns,
    *offers.urlpatterns,
    *feeds.urlpatterns,
    *orders.urlpatterns,
    *resources.urlpatterns,
    *offer_page.urlpatterns,
]

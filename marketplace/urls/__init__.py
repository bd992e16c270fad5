from marketplace.urls import (
    calendar,
    feeds,
    find,
    hours,
    learners,
    offer_page,
    offers,
    orders,
    quality,
    readiness,
    releases,
    resources,
    teams,
    week,
)

app_name = "marketplace"
urlpatterns = [
    *calendar.urlpatterns,
    *find.urlpatterns,
    *hours.urlpatterns,
    *offers.urlpatterns,
    *feeds.urlpatterns,
    *orders.urlpatterns,
    *quality.urlpatterns,
    *releases.urlpatterns,
    *readiness.urlpatterns,
    *resources.urlpatterns,
    *learners.urlpatterns,
    *teams.urlpatterns,
    *week.urlpatterns,
    *offer_page.urlpatterns,
]

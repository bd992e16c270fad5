from django.urls import path

from marketplace.views import feeds

urlpatterns = [
    path("settings/calendars/", feeds.feed_list, name="feed_list"),
    path("settings/calendars/make/", feeds.feed_make, name="feed_make"),
    path("settings/calendars/<int:pk>/stop/", feeds.feed_stop, name="feed_stop"),
    path("calendar/<str:token>.ics", feeds.feed, name="feed"),
    path("orders/<slug:ref>/calendar.ics", feeds.order_calendar, name="order_calendar"),
]

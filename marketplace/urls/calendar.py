from django.urls import path

from marketplace.views import calendar

urlpatterns = [
    path("my/calendar/", calendar.calendar_now, name="calendar_now"),
    path("my/calendar/<int:year>/", calendar.calendar_year, name="calendar_year"),
    path("my/calendar/<int:year>/<int:month>/", calendar.calendar_month, name="calendar_month"),
    path("my/calendar/days/add/", calendar.calendar_entry_add, name="calendar_entry_add"),
    path("my/calendar/days/<int:pk>/", calendar.calendar_entry_change, name="calendar_entry_change"),
    path("my/calendar/days/<int:pk>/remove/", calendar.calendar_entry_remove, name="calendar_entry_remove"),
]

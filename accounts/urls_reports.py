from django.urls import path

from accounts.views import reports

urlpatterns = [
    path("report/sent/<slug:ref>/", reports.report_receipt, name="report_receipt"),
    path("report/<slug:kind>/<slug:ref>/", reports.report_new, name="report_new"),
]

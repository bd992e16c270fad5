from django.urls import path

from marketplace.views import bank, money

urlpatterns = [
    path("orders/<slug:ref>/sheet/", money.order_sheet, name="order_sheet"),
    path("orders/<slug:ref>/sheet/sheet.csv", money.sheet_csv, name="sheet_csv"),
    path("orders/<slug:ref>/sheet/sheet.pdf", money.sheet_pdf, name="sheet_pdf"),
    path("orders/<slug:ref>/sheet/invoice/", money.invoice_record, name="invoice_record"),
    path("orders/<slug:ref>/sheet/paid/", money.invoice_paid, name="invoice_paid"),
    path("organisation/bank/", bank.bank_account, name="bank_account"),
    path("organisation/bank/propose/", bank.bank_propose, name="bank_propose"),
    path("organisation/bank/<int:pk>/confirm/", bank.bank_act, {"verb": "confirm"}, name="bank_confirm"),
    path("organisation/bank/<int:pk>/withdraw/", bank.bank_act, {"verb": "withdraw"}, name="bank_withdraw"),
]

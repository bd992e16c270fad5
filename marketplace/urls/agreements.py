from django.urls import path

from marketplace.views import agreements, agreements_sign

BASE = "orders/<slug:ref>/agreement/"
urlpatterns = [
    path(BASE, agreements.agreement_detail, name="agreement_detail"),
    path(f"{BASE}edit/", agreements.agreement_edit, name="agreement_edit"),
    path(f"{BASE}sign/", agreements_sign.agreement_sign, name="agreement_sign"),
    path(f"{BASE}paper/", agreements_sign.agreement_paper, name="agreement_paper"),
    path(f"{BASE}paper/confirm/", agreements_sign.agreement_confirm, name="agreement_confirm"),
    path(f"{BASE}paper/<slug:paper_ref>/", agreements_sign.paper_file, name="agreement_paper_file"),
    path(f"{BASE}terminate/", agreements.agreement_terminate, name="agreement_terminate"),
    path(f"{BASE}<int:number>/", agreements.agreement_detail, name="agreement_version"),
    path(f"{BASE}<int:number>/pdf/", agreements.agreement_pdf, name="agreement_pdf"),
]

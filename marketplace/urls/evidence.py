from django.urls import path

from marketplace.views import evidence, my_evidence, team_feedback, verify

urlpatterns = [
    path("orders/<slug:ref>/evidence/", evidence.order_evidence, name="order_evidence"),
    path("orders/<slug:ref>/evidence/<slug:record>/", evidence.evidence_detail, name="evidence_detail"),
    path("orders/<slug:ref>/evidence/<slug:record>/revoke/", evidence.evidence_revoke, name="evidence_revoke"),
    path("orders/<slug:ref>/evidence/<slug:record>/record.pdf", evidence.evidence_pdf, name="evidence_pdf"),
    path("orders/<slug:ref>/feedback/", team_feedback.order_feedback, name="order_feedback"),
    path("orders/<slug:ref>/feedback/name/", team_feedback.feedback_name, name="feedback_name"),
    path("my/evidence/", my_evidence.my_evidence, name="my_evidence"),
    path("my/evidence/<slug:ref>/", my_evidence.my_evidence_detail, name="my_evidence_detail"),
    path("my/evidence/<slug:ref>/hide/", my_evidence.my_evidence_hide, name="my_evidence_hide"),
    path("my/evidence/<slug:ref>/record.pdf", my_evidence.my_evidence_pdf, name="my_evidence_pdf"),
    path("my/evidence/<slug:ref>/record.json", my_evidence.my_evidence_json, name="my_evidence_json"),
    path("my/evidence/<slug:ref>/badge.jwt", my_evidence.my_evidence_badge, name="my_evidence_badge"),
    path("verify/<slug:code>/", verify.verify, name="verify"),
    path("issuers/<slug:slug>/", verify.issuer, name="issuer"),
    path("issuers/<slug:slug>/keys/", verify.issuer_keys, name="issuer_keys"),
    path("issuers/<slug:slug>/keys/<slug:key>/", verify.issuer_key, name="issuer_key"),
    path("issuers/<slug:slug>/revoked/", verify.issuer_revoked, name="issuer_revoked"),
]

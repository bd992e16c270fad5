from django.urls import path

from marketplace.views import frameworks, partners

urlpatterns = [
    path("partners/", partners.partner_list, name="partner_list"),
    path("partners/<slug:slug>/", partners.partner_detail, name="partner_detail"),
    path("partners/<slug:slug>/framework/buy/", frameworks.framework_new, {"side": "buy"}, name="framework_buy"),
    path("partners/<slug:slug>/framework/sell/", frameworks.framework_new, {"side": "sell"}, name="framework_sell"),
    path("frameworks/<slug:ref>/", frameworks.framework_detail, name="framework_detail"),
    path("frameworks/<slug:ref>/edit/", frameworks.framework_edit, name="framework_edit"),
    path("frameworks/<slug:ref>/accept/", frameworks.framework_accept, name="framework_accept"),
    *(
        path(f"frameworks/<slug:ref>/{verb}/", frameworks.framework_act, {"verb": verb}, name=f"framework_{verb}")
        for verb in frameworks.VERBS
    ),
]

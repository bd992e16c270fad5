from django.urls import path

from marketplace.views import milestones

BASE = "orders/<slug:ref>/milestones/"
urlpatterns = [
    path(BASE, milestones.order_milestones, name="order_milestones"),
    *[
        path(f"{BASE}<int:pk>/{verb}/", milestones.milestone_do, {"verb": verb}, name=f"milestone_{verb}")
        for verb in milestones.FORMS
    ],
]

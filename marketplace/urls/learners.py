from django.urls import path

from marketplace.views import consents, learners

urlpatterns = [
    path("my/resources/<slug:ref>/students/", learners.learner_list, name="learner_list"),
    path("my/resources/<slug:ref>/students/list/", learners.learner_import, name="learner_import"),
    path("my/resources/<slug:ref>/students/export/", learners.learner_export, name="learner_export"),
    path("my/students/<slug:ref>/", learners.learner_detail, name="learner_detail"),
    path("my/students/<slug:ref>/edit/", learners.learner_edit, name="learner_edit"),
    path("my/students/<slug:ref>/leave/", learners.learner_leave, name="learner_leave"),
    path("my/students/<slug:ref>/return/", learners.learner_return, name="learner_return"),
    path("my/students/<slug:ref>/consents/ask/", consents.consent_ask, name="consent_ask"),
    path("my/students/<slug:ref>/consents/paper/", consents.consent_paper, name="consent_paper"),
    path(
        "my/students/<slug:ref>/consents/<slug:consent_ref>/withdraw/",
        consents.consent_withdraw,
        name="consent_withdraw",
    ),
    path("my/students/<slug:ref>/consents/<slug:consent_ref>/file/", consents.consent_file, name="consent_file"),
    path(
        "my/students/<slug:ref>/questions/<slug:request_ref>/take-back/",
        consents.consent_take_back,
        name="consent_take_back",
    ),
    path("consent/<str:token>/", consents.consent_answer, name="consent_answer"),
]

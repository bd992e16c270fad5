from django.urls import path

from marketplace.views import favourites, need_invitations, need_questions, needs, needs_new

urlpatterns = [
    path("needs/", needs.need_list, name="need_list"),
    path("needs/mine/", needs.need_mine, name="need_mine"),
    path("needs/invitations/", need_invitations.invitation_list, name="invitation_list"),
    path("needs/new/", needs_new.need_new, name="need_new"),
    path("needs/new/check/", needs_new.need_check, name="need_check"),
    path("needs/new/<slug:step>/", needs_new.need_step, name="need_step"),
    path("needs/<slug:ref>/", needs.need_detail, name="need_detail"),
    path("needs/<slug:ref>/save/", favourites.need_save, name="need_save"),
    path("needs/<slug:ref>/edit/", needs_new.need_edit, name="need_edit"),
    path("needs/<slug:ref>/confirm/", needs.need_confirm, name="need_confirm"),
    path("needs/<slug:ref>/open/", need_invitations.invitation_open, name="invitation_open"),
    path("needs/<slug:ref>/interested/", need_invitations.invitation_interested, name="invitation_interested"),
    path("needs/<slug:ref>/decline/", need_invitations.invitation_decline, name="invitation_decline"),
    path("needs/<slug:ref>/questions/", need_questions.question_ask, name="question_ask"),
    path(
        "needs/<slug:ref>/questions/<slug:question_ref>/answer/", need_questions.question_answer, name="question_answer"
    ),
    path(
        "needs/<slug:ref>/questions/<slug:question_ref>/take-back/",
        need_questions.question_take_back,
        name="question_take_back",
    ),
    path("needs/<slug:ref>/answer/", needs.need_answer, name="need_answer"),
    path("needs/<slug:ref>/files/<slug:file_ref>/", needs.need_file, name="need_file"),
    *[path(f"needs/<slug:ref>/{verb}/", needs.need_do, {"verb": verb}, name=f"need_{verb}") for verb in needs.DONE],
]

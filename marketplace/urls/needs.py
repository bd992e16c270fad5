from django.urls import path

from marketplace.views import needs, needs_new

urlpatterns = [
    path("needs/", needs.need_list, name="need_list"),
    path("needs/mine/", needs.need_mine, name="need_mine"),
    path("needs/new/", needs_new.need_new, name="need_new"),
    path("needs/new/check/", needs_new.need_check, name="need_check"),
    path("needs/new/<slug:step>/", needs_new.need_step, name="need_step"),
    path("needs/<slug:ref>/", needs.need_detail, name="need_detail"),
    path("needs/<slug:ref>/edit/", needs_new.need_edit, name="need_edit"),
    path("needs/<slug:ref>/answer/", needs.need_answer, name="need_answer"),
    path("needs/<slug:ref>/files/<slug:file_ref>/", needs.need_file, name="need_file"),
    *[path(f"needs/<slug:ref>/{verb}/", needs.need_do, {"verb": verb}, name=f"need_{verb}") for verb in needs.DONE],
]

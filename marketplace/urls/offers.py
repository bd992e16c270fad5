from django.urls import path

from marketplace.views import offers, offers_edit, offers_files, offers_moves, offers_times

urlpatterns = [
    path("my/offers/", offers.my_offers, name="my_offers"),
    path("my/offers/start/", offers.offer_start, name="offer_start"),
    path("my/offers/start/<slug:category>/", offers.offer_begin, name="offer_begin"),
    path("my/offers/<slug:ref>/", offers.offer_manage, name="offer_manage"),
    path("my/offers/<slug:ref>/edit/", offers_edit.offer_edit, name="offer_edit"),
    path("my/offers/<slug:ref>/edit/texts/<str:language>/", offers_edit.offer_edit_text, name="offer_edit_text"),
    path(
        "my/offers/<slug:ref>/edit/texts/<str:language>/remove/",
        offers_edit.offer_text_remove,
        name="offer_text_remove",
    ),
    path("my/offers/<slug:ref>/edit/skills/", offers_edit.offer_edit_skills, {}, name="offer_edit_skills"),
    path("my/offers/<slug:ref>/edit/pictures/", offers_files.offer_pictures, name="offer_pictures"),
    path("my/offers/<slug:ref>/edit/pictures/add/", offers_files.offer_image_add, name="offer_image_add"),
    path("my/offers/<slug:ref>/edit/pictures/<int:pk>/", offers_files.offer_image_change, name="offer_image_change"),
    path("my/offers/<slug:ref>/edit/documents/add/", offers_files.offer_document_add, name="offer_document_add"),
    path(
        "my/offers/<slug:ref>/edit/documents/<int:pk>/remove/",
        offers_files.offer_document_remove,
        name="offer_document_remove",
    ),
    path("my/offers/<slug:ref>/edit/windows/", offers_edit.offer_windows, name="offer_windows"),
    path("my/offers/<slug:ref>/edit/windows/<int:pk>/", offers_edit.offer_window_change, name="offer_window_change"),
    path("my/offers/<slug:ref>/edit/times/", offers_times.offer_times, name="offer_times"),
    path("my/offers/<slug:ref>/edit/times/remove/", offers_times.offer_times_remove, name="offer_times_remove"),
    path("my/offers/<slug:ref>/edit/needs/", offers_times.offer_needs, name="offer_needs"),
    path("my/offers/<slug:ref>/edit/<slug:part>/", offers_edit.offer_edit_part, name="offer_edit_part"),
    path("my/offers/<slug:ref>/preview/", offers_moves.offer_preview, name="offer_preview"),
    path("my/offers/<slug:ref>/submit/", offers_moves.offer_move, {"verb": "submit"}, name="offer_submit"),
    path("my/offers/<slug:ref>/pause/", offers_moves.offer_move, {"verb": "pause"}, name="offer_pause"),
    path("my/offers/<slug:ref>/resume/", offers_moves.offer_move, {"verb": "resume"}, name="offer_resume"),
    path("my/offers/<slug:ref>/archive/", offers_moves.offer_archive, name="offer_archive"),
    path("my/offers/<slug:ref>/duplicate/", offers_moves.offer_duplicate, name="offer_duplicate"),
    path("my/offers/<slug:ref>/revise/", offers_moves.offer_revise, name="offer_revise"),
    path("offers/images/<str:name>/", offers_files.offer_image, name="offer_image"),
    path("offers/documents/<str:name>/", offers_files.offer_document, name="offer_document"),
]

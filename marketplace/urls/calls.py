from django.urls import path

from marketplace.views import calls, expressions, favourites, my_calls

urlpatterns = [
    path("calls/", calls.call_list, name="call_list"),
    path("my/calls/", my_calls.my_calls, name="my_calls"),
    path("my/calls/new/", my_calls.call_new, name="call_new"),
    path("my/calls/answers/", expressions.my_expressions, name="my_expressions"),
    path("calls/<slug:slug>/", calls.call_detail, name="call_detail"),
    path("calls/<slug:slug>/save/", favourites.call_save, name="call_save"),
    path("calls/<slug:slug>/manage/", my_calls.call_manage, name="call_manage"),
    path("calls/<slug:slug>/edit/", my_calls.call_edit, name="call_edit"),
    *(
        path(f"calls/<slug:slug>/{verb}/", my_calls.call_do, {"verb": verb}, name=f"call_{verb}")
        for verb in my_calls.CALL_VERBS
    ),
    *(
        path(f"calls/<slug:slug>/answers/<slug:ref>/{verb}/", my_calls.answer_do, {"verb": verb}, name=f"answer_{verb}")
        for verb in my_calls.ANSWER_VERBS
    ),
    path("calls/<slug:slug>/express/", expressions.call_express, name="call_express"),
    *(
        path(f"calls/<slug:slug>/express/{verb}/", expressions.expression_do, {"verb": verb}, name=f"expression_{verb}")
        for verb in expressions.DONE
    ),
]

from django.urls import path

from marketplace.views import releases

urlpatterns = [
    path("releases/", releases.release_list, name="release_list"),
    path("orders/<slug:ref>/release/", releases.order_release, name="order_release"),
    *(
        path(f"orders/<slug:ref>/release/{verb}/", releases.release_decide, {"verb": verb}, name=f"release_{verb}")
        for verb in releases.DECISIONS
    ),
]

from django.urls import path

from marketplace.views import saved_searches as views

urlpatterns = [
    path("searches/", views.search_list, name="search_list"),
    path("searches/save/", views.search_save, name="search_save"),
    path("searches/<int:pk>/", views.search_edit, name="search_edit"),
    path("searches/<int:pk>/open/", views.search_open, name="search_open"),
    path("searches/<int:pk>/remove/", views.search_remove, name="search_remove"),
    path("searches/stop/<str:token>/", views.search_stop, name="search_stop"),
]

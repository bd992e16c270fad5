from django.urls import path

from marketplace.views import resource_hours, resources

urlpatterns = [
    path("my/resources/", resources.resource_list, name="resource_list"),
    path("my/resources/add/<slug:kind>/", resources.resource_add, name="resource_add"),
    path("my/resources/<slug:ref>/", resources.resource_detail, name="resource_detail"),
    path("my/resources/<slug:ref>/edit/", resource_hours.resource_edit, name="resource_edit"),
    path("my/resources/<slug:ref>/hours/", resource_hours.resource_hours, name="resource_hours"),
    path("my/resources/<slug:ref>/special/", resource_hours.special_add, name="special_hours_add"),
    path(
        "my/resources/<slug:ref>/special/<int:pk>/remove/", resource_hours.special_remove, name="special_hours_remove"
    ),
    path("my/resources/<slug:ref>/retire/", resource_hours.resource_retire, name="resource_retire"),
]

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject


def unread(request: HttpRequest) -> dict[str, object]:
    """`unread_count` for the bell: asked of the database only where a template shows it."""
    return {"unread_count": SimpleLazyObject(lambda: count_unread(request))}


def count_unread(request: HttpRequest) -> int:
    """At most 100 are counted; the bell says 99+."""
    if not request.user.is_authenticated:
        return 0
    return request.user.notifications.unread().visible()[:100].count()

from datetime import timedelta

from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone

from accounts.models import Notification, Timer
from accounts.tasks import BEAT_KEY

WAITS_TOO_LONG = timedelta(minutes=10)
BEAT_SILENT = timedelta(minutes=3)


@login_not_required
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers; asks nothing of anybody else."""
    return HttpResponse("ok", content_type="text/plain")


@login_not_required
def readyz(request: HttpRequest) -> HttpResponse:
    """503 while the database is away, mail or timers wait too long, or nobody works on them."""
    try:
        problems = find_problems()
    except DatabaseError:
        problems = ["database"]
    return JsonResponse({"problems": problems}, status=503 if problems else 200)


def find_problems() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    late = timezone.now() - WAITS_TOO_LONG
    checks = {
        "outbox": Notification.objects.to_mail().filter(created_at__lt=late).exists(),
        "timers": Timer.objects.due().filter(due_at__lt=late).exists(),
        "beat": is_beat_silent(),
    }
    return [name for name, is_wrong in checks.items() if is_wrong]


def is_beat_silent() -> bool:
    """The timers' sweep, which beat starts, leaves a mark each time."""
    seen = cache.get(BEAT_KEY)
    return seen is None or seen < timezone.now() - BEAT_SILENT

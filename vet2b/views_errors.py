from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

# the limits of signing in, signing up and changing what proves who one is are all by the minute
SECONDS_TO_WAIT = "60"


def too_many_tries(request: HttpRequest) -> HttpResponse:
    response = render(request, "429.html", status=429)
    response["Retry-After"] = SECONDS_TO_WAIT
    return response

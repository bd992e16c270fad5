from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseNotAllowed


class SafeRequest:
    """Refuses what no page of ours can mean: NUL characters (PostgreSQL cannot store them), undecodable
    paths and unknown methods. Adds the headers that every answer carries."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.refusal(request) or self.get_response(request)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        if "Cache-Control" not in response.headers and hasattr(request, "user") and request.user.is_authenticated:
            response.headers["Cache-Control"] = "no-store, private"
        return response

    def refusal(self, request: HttpRequest) -> HttpResponse | None:
        if request.method not in {"GET", "HEAD", "POST", "OPTIONS"}:
            return HttpResponseNotAllowed(["GET", "HEAD", "POST", "OPTIONS"])
        if "\0" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            return HttpResponseBadRequest(
                "This address holds a character that cannot be used.", content_type="text/plain"
            )
        return None

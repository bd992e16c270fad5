from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse

from vet2b.lib import art


def drawing(svg: str) -> HttpResponse:
    """An address tells its drawing for ever (art.VERSION), so browsers need never ask again."""
    headers = {
        "Cache-Control": "public, max-age=31536000, immutable",
        # opened on its own, the drawing needs its own colours and nothing else
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    }
    return HttpResponse(svg, content_type="image/svg+xml", headers=headers)


@login_not_required
def art_panel(request: HttpRequest, code: str, seed: str) -> HttpResponse:
    if code not in art.CATEGORIES:
        raise Http404
    return drawing(art.panel(code, seed, standalone=True))

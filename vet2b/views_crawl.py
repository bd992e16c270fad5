"""What search engines read: robots.txt and the site map."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.sitemaps import Sitemap
from django.contrib.sitemaps import views as pages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from accounts.models import Organisation
from marketplace.models import Offer

PRIVATE = ("account", "admin", "dashboard", "my", "orders", "inbox")


class Pages(Sitemap):
    i18n = True
    alternates = True
    x_default = True

    def items(self) -> list[tuple[str, list[str]]]:
        about = [("page", [slug]) for slug in ("terms", "privacy", "accessibility")]
        return [("home", []), ("marketplace:offer_list", []), ("how_it_works", []), *about]

    def location(self, item: Any) -> str:
        name, args = item
        return reverse(name, args=args)


class Public(Sitemap):
    """In English only: each page names its other languages itself, and six times as many rows would be dear."""

    limit = 5000

    def lastmod(self, item: Any) -> Any:
        return item.updated_at


class Offers(Public):
    def items(self) -> Any:
        return Offer.objects.published().only("slug", "updated_at").order_by("pk")


class Schools(Public):
    def items(self) -> Any:
        return Organisation.objects.schools().verified().only("slug", "updated_at").order_by("pk")


SITEMAPS: dict[str, type[Sitemap[Any]] | Sitemap[Any]] = {"pages": Pages, "offers": Offers, "schools": Schools}


@login_not_required
def robots(request: HttpRequest) -> HttpResponse:
    private = "".join(f"Disallow: /{prefix}{name}/\n" for prefix in prefixes() for name in PRIVATE)
    return HttpResponse(
        f"User-agent: *\n{private}\nSitemap: {settings.SITE_URL}/sitemap.xml\n", content_type="text/plain"
    )


def prefixes() -> list[str]:
    return ["", *(f"{code}/" for code, _name in settings.LANGUAGES if code != settings.LANGUAGE_CODE)]


@login_not_required
def sitemap_index(request: HttpRequest) -> HttpResponse:
    return pages.index(request, SITEMAPS, sitemap_url_name="sitemap_section")


@login_not_required
def sitemap_section(request: HttpRequest, section: str) -> HttpResponse:
    return pages.sitemap(request, SITEMAPS, section)

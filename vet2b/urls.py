from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path

from vet2b import (
    views_art,
    views_crawl,
    views_dashboard,
    views_errors,
    views_health,
    views_home,
    views_mail,
    views_organisations,
    views_styleguide,
)

urlpatterns = [
    path("admin/", admin.site.urls),
    path("art/<str:code>/<str:seed>.svg", views_art.art_panel, name="art_panel"),
    path("healthz", views_health.healthz, name="healthz"),
    path("readyz", views_health.readyz, name="readyz"),
    path("robots.txt", views_crawl.robots, name="robots"),
    path("sitemap.xml", views_crawl.sitemap_index, name="sitemap"),
    path("sitemap-<slug:section>.xml", views_crawl.sitemap_section, name="sitemap_section"),
    path("styleguide/", views_styleguide.styleguide, name="styleguide"),
    *i18n_patterns(
        path("", views_home.home, name="home"),
        path("how-it-works/", views_home.how_it_works, name="how_it_works"),
        path("about/<slug:slug>/", views_home.page, name="page"),
        path("account/", include("allauth.urls")),
        path("dashboard/", views_dashboard.dashboard, name="dashboard"),
        path("dashboard/figures.csv", views_dashboard.figures_csv, name="figures_csv"),
        path("dev/mail/", views_mail.mail_list, name="mail_list"),
        path("dev/mail/<str:key>/", views_mail.mail_detail, name="mail_detail"),
        path("dev/mail/<str:key>/html/", views_mail.mail_html, name="mail_html"),
        path("", include("accounts.urls")),
        path("organisations/<slug:slug>/", views_organisations.organisation_detail, name="organisation_detail"),
        path("", include("marketplace.urls")),
        prefix_default_language=False,
    ),
]

# django-allauth asks for it by this name
handler429 = views_errors.too_many_tries

from django.apps import AppConfig
from django.contrib.admin import apps as admin


class ProjectConfig(AppConfig):
    name = "vet2b"
    verbose_name = "VET2B"
    default = True


class SiteAdminConfig(admin.AdminConfig):
    default = False
    default_site = "vet2b.admin_site.AdminSite"

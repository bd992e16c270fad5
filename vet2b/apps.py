from django.apps import AppConfig


class ProjectConfig(AppConfig):
    name = "vet2b"
    verbose_name = "VET2B"

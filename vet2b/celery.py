import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vet2b.settings")

app = Celery("vet2b")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

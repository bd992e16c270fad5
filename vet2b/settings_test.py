import os

os.environ["DEBUG"] = "true"

from vet2b.settings import *  # noqa: E402, F403

DEBUG = False
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
MFA_REQUIRED = False
CELERY_BROKER_URL = "memory://"
WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS = True  # no collectstatic before tests
DATABASES["default"]["CONN_MAX_AGE"] = 0  # noqa: F405 - threads of a live server leave no connection behind

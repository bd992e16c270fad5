import os
import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured

from vet2b.dev.processes import ROOT
from vet2b.lib.mail_url import mail_settings


@pytest.mark.parametrize(
    ("url", "tls", "ssl", "port"),
    [
        ("smtp+tls://ann:a%40b@mail.example:587", True, False, 587),
        ("smtp+ssl://ann:a%40b@mail.example:465", False, True, 465),
        ("submission://ann:a%40b@mail.example", True, False, 587),
        ("smtp://ann:a%40b@mail.example:25", False, False, 25),
    ],
)
def test_what_the_scheme_promises_is_what_is_used(url, tls, ssl, port):
    found = mail_settings(url)

    assert found["EMAIL_BACKEND"] == "django.core.mail.backends.smtp.EmailBackend"
    assert (found["EMAIL_USE_TLS"], found["EMAIL_USE_SSL"], found["EMAIL_PORT"]) == (tls, ssl, port)
    assert (found["EMAIL_HOST"], found["EMAIL_HOST_USER"], found["EMAIL_HOST_PASSWORD"]) == (
        "mail.example", "ann", "a@b",
    )  # fmt: skip
    assert found["EMAIL_TIMEOUT"] == 10


@pytest.mark.parametrize("url", ["smpt://mail.example", "mail.example:25", "sendgrid://key@host"])
def test_an_unknown_scheme_stops_the_start(url):
    with pytest.raises(ImproperlyConfigured):
        mail_settings(url)


def test_the_settings_of_a_real_place_use_it():
    env = {
        "PATH": os.environ["PATH"], "SECRET_KEY": "a" * 60, "DATABASE_URL": "postgresql://nowhere/none",
        "EMAIL_URL": "smtp+tls://ann:secret@mail.example:587",
    }  # fmt: skip
    code = "from vet2b import settings as s; print(s.EMAIL_USE_TLS, s.EMAIL_TIMEOUT, s.EMAIL_HOST, s.EMAIL_PORT)"

    said = subprocess.check_output([sys.executable, "-c", code], cwd=ROOT, env=env, text=True)

    assert said.split() == ["True", "10", "mail.example", "587"]

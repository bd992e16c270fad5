from django.core.cache import caches
from django.template.loader import render_to_string
from django.urls import reverse


def test_too_many_tries_are_told_in_our_words_and_how_long_to_wait(client, db, settings):
    settings.ACCOUNT_RATE_LIMITS = {"reset_password": "1/m/ip"}
    caches["default"].clear()
    fields = {"email": "nobody@people.example"}

    answers = [client.post(reverse("account_reset_password"), fields) for _try in range(2)]

    assert [answer.status_code for answer in answers] == [302, 429]
    assert answers[1]["Retry-After"] == "60"
    assert "Too many tries" in answers[1].text
    assert "css/app.css" in answers[1].text
    caches["default"].clear()


def test_error_pages_stand_alone():
    for name in ("400", "403", "403_csrf", "404", "429", "500"):
        assert "<h1>" in render_to_string(f"{name}.html")

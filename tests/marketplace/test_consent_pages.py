"""Consents on the page of a learner, and the page behind a mailed link."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import OutgoingMail
from accounts.notifications import send_due
from marketplace.models import Consent, ConsentRequest, Learner
from tests.factories import add_resource, make_learner
from vet2b.lib.logs import without_tokens

PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x02\x00\x00\x00\x90wS\xde\x00\x00\x00"
    b"\x0cIDATx\x9cc\xf8\xcf\xc0\x00\x00\x03\x01\x01\x00\xc9\xfe\x92\xef\x00\x00\x00\x00IEND\xaeB`\x82"
)
TYPED = {
    "kind": "work", "giver": "guardian", "giver_name": "Greta Guardian", "relation": "mother", "language": "lv",
    "email": "greta@home.example",
}  # fmt: skip


def url(name, *args):
    return reverse(f"marketplace:{name}", args=args)


@pytest.fixture
def trainer(signed_in, adam):
    return signed_in(adam)


@pytest.fixture
def maja(school, seller):
    group = add_resource(school, "class", "3B")
    day = timezone.localdate().replace(day=1)
    return Learner.add(
        group, by=seller, given_name="Maja", family_name="Mallow", minor_until=day.replace(year=day.year + 2)
    )


@pytest.fixture
def asked(maja, seller):
    words = {name: value for name, value in TYPED.items() if name != "kind"}
    return ConsentRequest.ask(maja, "work", by=seller, **words)


@pytest.fixture
def guardian():
    """Somebody without an account."""
    return Client(enforce_csrf_checks=False)


def link_in(mail):
    return re.search(r"https?://[^/]+(/\S*consent/\S+/)", mail.text).group(1)


def test_staff_asks_and_the_mail_leads_to_the_page(trainer, maja, guardian):
    response = trainer.post(url("consent_ask", maja.ref), TYPED, follow=True)

    assert "The link holds for 14 days." in response.text
    mail = OutgoingMail.objects.get()
    page = guardian.get(link_in(mail))
    assert page.status_code == 200
    assert link_in(mail).startswith("/lv/")
    assert "Maja M." in page.text
    assert "Mallow" not in page.text
    assert page.headers["Cache-Control"].startswith("max-age=0, no-cache")
    assert '<meta name="robots" content="noindex">' in page.text


def test_yes_and_then_withdrawing_each_take_one_click(asked, guardian):
    _request, token = asked
    answered = guardian.post(url("consent_answer", token), {"answer": "give"})
    given = guardian.get(answered.url)
    assert "Thank you: your consent is noted" in given.text
    assert given.text.count('method="post"') == guardian.get("/").text.count('method="post"') + 1

    mailed = link_in(OutgoingMail.objects.get(key__endswith="-given"))
    withdrawn = guardian.post(mailed)

    assert "Your consent is withdrawn" in withdrawn.text
    assert Consent.objects.get().withdrawn_at
    assert guardian.post(mailed).status_code == 200


def test_no_is_an_answer_too(asked, guardian):
    _request, token = asked
    response = guardian.post(url("consent_answer", token), {"answer": "refuse"})

    assert "Your answer is noted" in response.text
    assert ConsentRequest.objects.get().status == "refused"
    assert guardian.get(url("consent_answer", token)).status_code == 410
    assert guardian.post(url("consent_answer", token), {"answer": "give"}).status_code == 410
    assert not Consent.objects.exists()


@pytest.mark.parametrize("method", ["get", "head"])
def test_looking_changes_nothing(method, asked, guardian):
    request, token = asked
    getattr(guardian, method)(url("consent_answer", token), {"answer": "give"})
    assert ConsentRequest.objects.get().status == "asked"

    _consent, secret = request.give(by=None)
    getattr(guardian, method)(url("consent_answer", secret))
    assert Consent.objects.get().withdrawn_at is None


def test_an_answer_that_is_none_changes_nothing(asked, guardian):
    _request, token = asked

    assert guardian.post(url("consent_answer", token), {"answer": "maybe"}).status_code == 200
    assert ConsentRequest.objects.get().status == "asked"


def test_the_buttons_need_the_token_of_the_page(asked):
    _request, token = asked

    assert Client(enforce_csrf_checks=True).post(url("consent_answer", token), {"answer": "give"}).status_code == 403


def test_a_forged_link_is_over(guardian, asked):
    for token in ("forged", "A" * 43):
        assert guardian.get(url("consent_answer", token)).status_code == 410


def test_the_secret_is_in_no_log_and_leaves_the_outbox(asked, django_capture_on_commit_callbacks):
    _request, token = asked

    assert token not in without_tokens(f"GET {url('consent_answer', token)} 200")
    with django_capture_on_commit_callbacks(execute=True):
        send_due()
    mail = OutgoingMail.objects.get()
    assert mail.emailed_at
    assert (mail.text, mail.html) == ("", "")


def test_what_was_typed_is_kept(trainer, maja):
    response = trainer.post(url("consent_ask", maja.ref), TYPED | {"email": "greta", "giver_name": ""})

    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"email", "giver_name"}
    assert 'value="greta"' in response.text
    assert not ConsentRequest.objects.exists()


def test_a_minor_cannot_be_asked_in_place_of_the_guardian(trainer, maja):
    response = trainer.post(url("consent_ask", maja.ref), TYPED | {"giver": "learner"})

    assert response.status_code == 422
    assert response.context["form"].errors["giver"]


def test_a_paper_is_recorded_with_its_scan(trainer, signed_in, maja, bob, company):
    typed = {name: value for name, value in TYPED.items() if name != "email"} | {"language": "en"}
    scan = SimpleUploadedFile("paper.png", PNG, "image/png")
    trainer.post(url("consent_paper", maja.ref), typed | {"file": scan})

    consent = Consent.objects.get()
    assert (consent.how, consent.name) == ("paper", "paper.png")
    file = trainer.get(url("consent_file", maja.ref, consent.ref))
    assert file.status_code == 200
    assert "attachment" in file.headers["Content-Disposition"]
    assert b"".join(file.streaming_content)
    assert signed_in(bob).get(url("consent_file", maja.ref, consent.ref)).status_code == 404


def test_no_paper_is_no_file(trainer, maja, seller):
    consent = Consent.record_paper(maja, "work", by=seller, giver="guardian", giver_name="Greta", language="en")

    assert trainer.get(url("consent_file", maja.ref, consent.ref)).status_code == 404


def test_the_page_of_the_learner_shows_how_it_stands(trainer, asked, maja, seller):
    page = url("learner_detail", maja.ref)
    assert "Greta Guardian was asked by mail" in trainer.get(page).text

    asked[0].give(by=None)
    text = trainer.get(page).text
    assert "Greta Guardian (mother), by a mailed link" in text
    assert Consent.objects.get().text_hash in text
    assert "greta@home.example" not in text

    trainer.post(url("consent_withdraw", maja.ref, Consent.objects.get().ref))
    text = trainer.get(page).text
    assert "Withdrawn on" in text
    assert "Ask again" in text


def test_a_question_is_taken_back(trainer, asked, maja):
    request, token = asked
    take_back = url("consent_take_back", maja.ref, request.ref)
    assert "It is no longer asked." in trainer.post(take_back, follow=True).text
    assert "This cannot be done any more" in trainer.post(take_back, follow=True).text

    assert ConsentRequest.objects.get().status == "taken_back"
    assert Client().get(url("consent_answer", token)).status_code == 410


def test_others_withdraw_and_take_back_nothing(signed_in, asked, maja, bob, company, lea):
    consent, _token = asked[0].give(by=None)
    for person, status in ((bob, 404), (lea, 403)):
        client = signed_in(person)
        assert client.post(url("consent_withdraw", maja.ref, consent.ref)).status_code == status
        assert client.post(url("consent_take_back", maja.ref, asked[0].ref)).status_code == status
    assert Consent.objects.get().withdrawn_at is None


def test_the_page_takes_the_same_statements_for_one_and_three(trainer, maja, seller, django_assert_num_queries):
    def record():
        Consent.record_paper(maja, "work", by=seller, giver="guardian", giver_name="Greta", language="en")

    record()
    trainer.get(url("learner_detail", maja.ref))
    with CaptureQueriesContext(connection) as one:
        trainer.get(url("learner_detail", maja.ref))
    record()
    record()

    with django_assert_num_queries(len(one)):
        trainer.get(url("learner_detail", maja.ref))


def test_a_consent_of_another_learner_is_not_found_here(trainer, asked, maja, school):
    consent, _token = asked[0].give(by=None)
    other = make_learner(school, "Nia", "Nettle", group=maja.group)

    assert trainer.post(url("consent_withdraw", other.ref, consent.ref)).status_code == 404
    assert Consent.objects.get().withdrawn_at is None

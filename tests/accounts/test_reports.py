import pytest
from django.core import mail
from django.core.cache import cache
from django.urls import reverse

from accounts.models import Activity, Notification, NotificationPreference, Refusal, Report
from accounts.notifications import send_due
from tests import factories

TEXT = "The pictures are not of their work."


@pytest.fixture(autouse=True)
def fresh_limits(db):
    cache.clear()


def form_url(subject, kind="organisation"):
    return reverse("accounts:report_new", args=[kind, subject.ref])


def make_report(subject, by=None, ground="misleading", **fields):
    return Report.send(subject, by=by, ground=ground, text=TEXT, **fields)


def decide(client, report, **fields):
    return client.post(reverse("admin:accounts_report_decide", args=[report.pk, "decide"]), fields)


def test_a_visitor_reports_a_school_and_gets_a_receipt(client, school):
    url = form_url(school)
    assert school.name in client.get(url).text

    response = client.post(url, {"ground": "misleading", "text": TEXT, "reporter_email": "vera@visitors.example"})

    report = Report.objects.get()
    assert (report.subject, report.reporter, report.reporter_email) == (school, None, "vera@visitors.example")
    assert response.url == reverse("accounts:report_receipt", args=[report.ref])
    assert report.ref in client.get(response.url).text
    send_due()
    assert [(m.to, m.subject) for m in mail.outbox] == [
        (["vera@visitors.example"], f"We have your report about {school.name}")
    ]
    assert report.ref in mail.outbox[0].body


def test_the_decision_reaches_a_visitor_in_the_language_of_the_report(client, signed_in, school, mona):
    report = make_report(school, email="vera@visitors.example")
    send_due()
    mail.outbox.clear()

    decide(signed_in(mona), report, upheld="no", reason="We asked the school and saw the originals.")
    send_due()

    assert [m.to for m in mail.outbox] == [["vera@visitors.example"]]
    assert "We asked the school and saw the originals." in mail.outbox[0].body
    report.refresh_from_db()
    assert report.status == "dismissed"


def test_who_is_signed_in_is_told_in_the_inbox_and_by_mail(signed_in, offer, bob, company, mona):
    client = signed_in(bob)

    client.post(form_url(offer, "offer"), {"ground": "other", "text": TEXT})
    report = Report.objects.get()
    decide(signed_in(mona), report, upheld="yes", reason="It was suspended.")
    send_due()

    assert report.reporter == bob
    verbs = Notification.objects.filter(recipient=bob).order_by("pk").values_list("activity__verb", flat=True)
    assert list(verbs) == ["report.receive", "report.decide"]
    assert [m.to for m in mail.outbox] == [[bob.email]] * 2
    report.refresh_from_db()
    assert report.status == "upheld"


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"ground": "misleading", "text": TEXT},
        {"ground": "nonsense", "text": TEXT, "reporter_email": "v@v.example"},
        {"ground": "other", "text": "", "reporter_email": "v@v.example"},
        {"ground": "other", "text": "a\0b", "reporter_email": "v@v.example"},
        {"ground": "other", "text": "x" * 3001, "reporter_email": "v@v.example"},
        {"ground": "other", "text": TEXT, "reporter_email": "v@v.example\r\nBcc: all@v.example"},
    ],
)
def test_an_incomplete_report_is_shown_again(client, school, fields):
    response = client.post(form_url(school), fields)

    assert response.status_code == 200
    assert response.context["form"].errors
    assert not Report.objects.exists()


def test_extra_fields_change_nothing(client, school, mona):
    client.post(
        form_url(school),
        {"ground": "other", "text": TEXT, "reporter_email": "v@v.example", "status": "dismissed", "reporter": mona.pk},
    )

    report = Report.objects.get()
    assert (report.status, report.reporter) == ("open", None)


def test_what_the_public_does_not_see_cannot_be_reported(client, school, adam, sara):
    draft = factories.make_offer(school, adam, sara, status="draft")
    pending = factories.make_organisation(factories.make_user(), status="pending")

    paths = [form_url(draft, "offer"), form_url(pending), form_url(school, "user"), form_url(school, "order")]

    assert {client.get(path).status_code for path in paths} == {404}


def test_only_its_parties_report_an_order(signed_in, offer, buyer, bob, charlie, lea):
    order = factories.make_order(offer, buyer)
    path = form_url(order, "order")

    assert signed_in(bob).get(path).status_code == 200
    assert signed_in(charlie).get(path).status_code == 404
    assert signed_in(lea).get(path).status_code == 404


def test_a_receipt_is_for_its_sender(client, signed_in, school, bob, charlie):
    path = reverse("accounts:report_receipt", args=[make_report(school, by=bob).ref])

    assert client.get(path).status_code == 404
    assert signed_in(charlie).get(path).status_code == 404
    assert signed_in(bob).get(path).status_code == 200


def test_nobody_reports_the_same_twice_at_once(school, bob):
    make_report(school, by=bob)

    with pytest.raises(Refusal):
        make_report(school, by=bob)
    assert Report.objects.count() == 1


def test_reports_are_limited(client, school):
    fields = {"ground": "other", "text": TEXT, "reporter_email": "vera@visitors.example"}

    for _number in range(6):
        response = client.post(form_url(school), fields)

    assert "several reports in a short time" in response.text
    assert Report.objects.count() == 5


def test_danger_to_a_learner_comes_first_and_is_mailed_to_every_moderator(signed_in, school, bob, mona):
    second = factories.make_moderator("Max Moderator", email="max@platform.example")
    NotificationPreference.objects.create(user=second, kind="organisation", delivery="digest")
    make_report(school, by=bob)

    urgent = make_report(school, ground="learner_safety", email="vera@visitors.example")
    send_due()

    assert list(Report.objects.open()) == [urgent, Report.objects.get(reporter=bob)]
    told = sorted(m.to[0] for m in mail.outbox if m.subject == f"Urgent report: {school.name}")
    assert told == [second.email, mona.email]
    client = signed_in(mona)
    assert client.get("/admin/accounts/report/queue/").context["rows"][0]["urgent"]
    assert client.get(f"/admin/accounts/report/ref/{urgent.ref}/").url == reverse(
        "admin:accounts_report_change", args=[urgent.pk]
    )


def test_the_page_of_a_report_leads_to_what_was_reported(signed_in, offer, bob, mona):
    report = make_report(offer, by=bob)

    text = signed_in(mona).get(reverse("admin:accounts_report_change", args=[report.pk])).text

    assert TEXT in text
    assert reverse("admin:marketplace_offer_change", args=[offer.pk]) in text


def test_a_decision_needs_an_answer_and_a_reason(signed_in, school, mona):
    report = make_report(school, email="vera@visitors.example")
    client = signed_in(mona)

    for fields in ({}, {"upheld": "yes"}, {"reason": "Because."}, {"upheld": "maybe", "reason": "Because."}):
        assert decide(client, report, **fields).status_code == 200

    report.refresh_from_db()
    assert report.status == "open"


def test_a_second_decision_does_nothing(signed_in, school, mona):
    report = make_report(school, email="vera@visitors.example")
    client = signed_in(mona)

    for _number in range(2):
        decide(client, report, upheld="yes", reason="It is false.")

    assert Activity.objects.filter(verb="report.decide").count() == 1


def test_neither_a_side_nor_the_reporter_decides(signed_in, school, mona):
    factories.make_member(mona, school)
    about_her_school = make_report(school, email="vera@visitors.example")
    company = factories.make_organisation(factories.make_user())
    her_own = make_report(company, by=mona)
    client = signed_in(mona)

    for report in (about_her_school, her_own):
        assert decide(client, report, upheld="no", reason="Nothing to see.").status_code == 403
        report.refresh_from_db()
        assert report.status == "open"

"""The pages of calls: who finds what, what is kept of a refused form, and what nobody may read."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Activity, Report
from marketplace.models import Call, Expression
from tests.factories import (
    ANSWERS,
    close_call,
    make_call,
    make_expression,
    make_learner,
    make_member,
    make_organisation,
    make_resource,
    make_user,
    member,
)

LIST = "/calls/"


@pytest.fixture
def call(buyer):
    return make_call(buyer)


def page(client, url, status=200):
    response = client.get(url)
    assert response.status_code == status
    return response.content.decode()


def in_days(number):
    return timezone.localdate() + timedelta(days=number)


def whole(**changes):
    """What a browser sends for a call that can be published."""
    return {
        "kind": "partners", "title": "Two schools for a project", "summary": "We look for schools.",
        "text": "We **repair**.", "source_language": "en", "programme": "Erasmus+", "role_wanted": "Partner",
        "countries": ["LV", "PL"], "themes": ["WEB"], "languages": ["en"], "regions": ["LV00"],
        "deadline_day": in_days(20).isoformat(), "deadline_time": "12:00", "cap": "30", "publish": "1",
    } | changes  # fmt: skip


# --- For everybody ---
def test_strangers_find_open_calls_by_deadline_and_no_drafts(client, buyer):
    late = make_call(buyer, title="Late call", deadline=timezone.now() + timedelta(days=30))
    soon = make_call(buyer, title="Soon call", deadline=timezone.now() + timedelta(days=3))
    make_call(buyer, "draft", title="Secret draft")
    make_call(buyer, "decided", title="Old call")

    shown = page(client, LIST)

    assert shown.index("Soon call") < shown.index("Late call")
    assert "Closing soon" in shown
    assert "Secret draft" not in shown
    assert "Old call" not in shown
    assert "Old call" in page(client, f"{LIST}?state=over")
    assert "Two schools" not in page(client, late.get_absolute_url())
    assert soon.title in page(client, soon.get_absolute_url())


def test_a_call_whose_deadline_passed_is_over_before_its_timer_rings(client, call):
    with time_machine.travel(call.deadline, tick=False):
        assert call.title not in page(client, LIST)
        assert call.title in page(client, f"{LIST}?state=over")
        assert "no answers are taken any more" in page(client, call.get_absolute_url())


def test_filters_narrow_and_unknown_codes_do_not(client, buyer, seller):
    first = make_call(buyer, title="First call", countries=["PL"])
    first.themes.set(["WEB"])
    second = make_call(seller, title="Second call", kind="visit")
    second.regions.set(["PT11"])
    found = {
        "?kind=visit": {"Second call"}, "?country=PL": {"First call"}, "?country=PT": {"Second call"},
        "?country=LV": {"First call", "Second call"}, "?category=WEB": {"First call"},
        "?kind=odd&country=XX": {"First call", "Second call"}, "?kind=visit&category=WEB": set(),
    }  # fmt: skip

    for query, titles in found.items():
        shown = page(client, LIST + query)
        assert {title for title in ("First call", "Second call") if title in shown} == titles, query


@pytest.mark.parametrize("status", [each for each in Call.Status if each in Call.PUBLIC])
def test_a_stranger_reads_every_public_call(status, client, buyer):
    assert "Partners for a project" in page(client, make_call(buyer, status).get_absolute_url())


@pytest.mark.parametrize("status", ["draft", "archived", "suspended", "removed"])
def test_only_the_caller_reads_what_is_not_public(status, client, signed_in, buyer, bob, adam):
    url = make_call(buyer, status).get_absolute_url()

    page(client, url, 404)
    page(signed_in(adam), url, 404)
    page(signed_in(bob), url)


def test_the_calls_of_a_suspended_organisation_are_gone(client, call, company):
    company.status = "suspended"
    company.save(update_fields=["status"])

    page(client, call.get_absolute_url(), 404)
    assert call.title not in page(client, LIST)


def test_the_deadline_is_shown_in_the_callers_zone_and_the_readers(client, signed_in, call):
    Call.objects.filter(pk=call.pk).update(deadline=datetime(2026, 12, 10, 10, tzinfo=UTC))
    portuguese = make_user("Pia Pine")
    make_organisation(portuguese, country="PT")

    stranger, reader = page(client, call.get_absolute_url()), page(signed_in(portuguese), call.get_absolute_url())

    assert "10 December 2026, 12:00 (Riga time)" in stranger
    assert "10 December 2026, 11:00 (Brussels time)" in stranger
    assert "10 December 2026, 10:00 (Lisbon time)" in reader


def test_what_the_caller_writes_is_cleaned(client, buyer):
    call = make_call(buyer, text="<script>alert(1)</script> **bold** [x](javascript:alert(1))")
    shown = page(client, call.get_absolute_url())

    assert "<strong>bold</strong>" in shown
    assert "<script>alert" not in shown
    assert "javascript:" not in shown


def statements(client, urls):
    found = []
    for url in urls:
        with CaptureQueriesContext(connection) as caught:
            page(client, url)
        found.append(len(caught))
    return found


def add_calls(first, buyer, number):
    """Another call of the buyer with an answer of the buyer's to a third, and an answer to the first."""
    make_call(buyer).themes.set(["WEB", "DES"][:number])
    person = make_user(f"Person {number}")
    by = member(person, make_organisation(person, kind="school"))
    days = {"starts_on": in_days(60), "ends_on": in_days(90)}
    learners = [make_learner(by.organisation, group=make_resource(by.organisation, "2C", "class"))]
    expression = Expression.start(first, by=by, learners=learners, **ANSWERS)
    expression.submit(by=by)
    make_expression(make_call(by, kind="placement_wanted", **days), buyer)


def test_lists_keep_their_number_of_statements(signed_in, buyer, bob):
    first = make_call(buyer, kind="placement_offered", starts_on=in_days(60), ends_on=in_days(90))
    urls = [LIST, *(reverse(f"marketplace:{name}") for name in ("my_calls", "my_expressions"))]
    urls.append(reverse("marketplace:call_manage", args=[first.slug]))
    add_calls(first, buyer, 1)
    client = signed_in(bob)
    statements(client, urls)
    before = statements(client, urls)
    for _number in range(2):
        add_calls(first, buyer, 2)

    assert statements(client, urls) == before


# --- Writing a call ---
def test_a_call_is_written_and_published_from_one_page(signed_in, bob, buyer):
    response = signed_in(bob).post(reverse("marketplace:call_new"), whole())

    call = Call.objects.get()
    assert response.url == reverse("marketplace:call_manage", args=[call.slug])
    assert (call.status, call.author, call.countries, call.cap) == ("published", bob, ["LV", "PL"], 30)
    assert [each.pk for each in call.themes.all()] == ["WEB"]
    assert call.deadline.astimezone(call.zone).strftime("%H:%M") == "12:00"
    assert [each.verb for each in call.activities] == ["call.start", "call.publish"]


def test_a_draft_needs_a_kind_and_a_title_only(signed_in, bob, buyer):
    client = signed_in(bob)
    refused = client.post(reverse("marketplace:call_new"), {"summary": "Kept words", "cap": "30"})
    saved = client.post(
        reverse("marketplace:call_new"), {"kind": "visit", "title": "Visit", "source_language": "en", "cap": "30"}
    )

    assert refused.status_code == 422
    assert "Kept words" in refused.content.decode()
    assert "Give the call a title." in refused.content.decode()
    assert saved.status_code == 302
    assert (Call.objects.get().status, Call.objects.get().deadline) == ("draft", None)


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"programme": ""}, "programme", "Needed before the call is published."),
        ({"deadline_day": ""}, "deadline_day", "Needed before the call is published."),
        ({"deadline_day": "2020-01-01"}, "deadline_day", "The deadline lies ahead."),
        ({"starts_on": "2027-05-02", "ends_on": "2027-05-01"}, "ends_on", "The last day is not before the first."),
        ({"kind": "placement_wanted"}, "kind", "Select a valid choice"),
        ({"cap": "0"}, "cap", "greater than or equal to 1"),
        ({"deadline_day": "2027-03-28", "deadline_time": "03:30"}, "deadline_time", "This time does not exist"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_lost(changes, field, words, signed_in, bob, buyer):
    response = signed_in(bob).post(reverse("marketplace:call_new"), whole(**changes))

    form = response.context["form"]
    assert response.status_code == 422
    assert words in " ".join(form.errors[field])
    assert "Two schools for a project" in response.content.decode()
    assert Call.objects.count() == 0


def test_a_draft_opens_with_what_was_saved(signed_in, bob, buyer):
    client = signed_in(bob)
    client.post(reverse("marketplace:call_new"), {**whole(), "publish": ""})
    Call.objects.update(status="draft", published_at=None)
    call = Call.objects.get()

    form = client.get(reverse("marketplace:call_edit", args=[call.slug])).context["form"]

    assert (form["deadline_day"].value(), form["deadline_time"].value().hour) == (in_days(20), 12)
    assert form["countries"].value() == ["LV", "PL"]


def test_an_unverified_organisation_keeps_its_draft(signed_in, bob, buyer, company):
    company.status = "pending"
    company.save(update_fields=["status"])
    response = signed_in(bob).post(reverse("marketplace:call_new"), whole(), follow=True)

    assert "must be verified" in response.content.decode()
    assert Call.objects.get().status == "draft"


def test_a_published_call_cannot_be_changed(signed_in, bob, call):
    url = reverse("marketplace:call_edit", args=[call.slug])
    response = signed_in(bob).post(url, whole(title="Another"))

    assert response.url == reverse("marketplace:call_manage", args=[call.slug])
    assert Call.objects.get().title == call.title


def test_withdrawing_needs_its_reason_at_the_field(signed_in, bob, call):
    url = reverse("marketplace:call_withdraw", args=[call.slug])
    client = signed_in(bob)

    refused = client.post(url, {"reason": " "})

    assert refused.status_code == 422
    assert "Please give a reason." in refused.content.decode()
    client.post(url, {"reason": "Not funded."})
    client.post(url, {"reason": "Not funded."})
    assert Call.objects.get().status == "withdrawn"
    assert Activity.objects.filter(verb="call.withdraw").count() == 1


# --- Answering ---
def test_an_answer_is_drafted_sent_and_changed(signed_in, adam, seller, call):
    client, url = signed_in(adam), reverse("marketplace:call_express", args=[call.slug])

    client.post(url, ANSWERS | {"why_us": ""})
    assert Expression.objects.get().status == "draft"
    refused = client.post(url, ANSWERS | {"why_us": "", "send": "1"})
    assert refused.status_code == 422
    assert refused.context["form"].errors == {"why_us": ["Needed before the answer is sent."]}
    assert "From March on." in refused.content.decode()
    client.post(url, ANSWERS | {"send": "1"})
    assert Expression.objects.get().status == "submitted"
    client.post(url, ANSWERS | {"why_us": "Better words."})

    expression = Expression.objects.get()
    assert (expression.status, expression.why_us) == ("submitted", "Better words.")
    assert "Better words." in page(client, url)


def test_a_page_opened_before_the_deadline_keeps_what_was_typed_and_says_it_is_late(signed_in, adam, seller, call):
    url = reverse("marketplace:call_express", args=[call.slug])
    with time_machine.travel(call.deadline + timedelta(seconds=1)):
        client = signed_in(adam)
        response = client.post(url, ANSWERS | {"send": "1"})

    shown = response.content.decode()
    assert response.status_code == 422
    assert "The deadline has passed" in shown
    assert "We know bicycles." in shown
    assert Expression.objects.count() == 0


def test_a_full_call_keeps_the_draft(signed_in, adam, seller, outsider, buyer):
    call = make_call(buyer, cap=1)
    make_expression(call, outsider)
    response = signed_in(adam).post(reverse("marketplace:call_express", args=[call.slug]), ANSWERS | {"send": "1"})

    assert response.status_code == 422
    assert "as many answers as it takes" in response.content.decode()
    assert Expression.objects.get(organisation=seller.organisation).status == "draft"


def test_the_caller_is_led_to_its_own_call(signed_in, bob, call):
    url = reverse("marketplace:call_express", args=[call.slug])
    assert signed_in(bob).get(url).url == reverse("marketplace:call_manage", args=[call.slug])
    assert signed_in(bob).post(url, ANSWERS).url == reverse("marketplace:call_manage", args=[call.slug])
    assert Expression.objects.count() == 0


def test_nobody_reads_the_answer_of_another(signed_in, adam, seller, outsider, charlie, call):
    make_expression(call, seller, why_us="Our secret strength")

    for url in (call.get_absolute_url(), reverse("marketplace:call_express", args=[call.slug])):
        assert "Our secret strength" not in page(signed_in(charlie), url)
    page(signed_in(charlie), reverse("marketplace:call_manage", args=[call.slug]), 404)


def test_drafts_of_applicants_stay_unseen_by_the_caller(signed_in, bob, seller, call):
    make_expression(call, seller, "draft", why_us="Half a thought")

    assert "Half a thought" not in page(signed_in(bob), reverse("marketplace:call_manage", args=[call.slug]))


def test_applicants_learn_nothing_before_the_decision(signed_in, adam, bob, buyer, seller, company):
    officer = make_user("Olga Office")
    make_member(officer, company)
    call = make_call(buyer, contact=officer)
    expression = make_expression(call, seller)
    close_call(call)
    url = reverse("marketplace:call_express", args=[call.slug])
    expression.decline(by=buyer, reason="Too far away.")
    shown = page(signed_in(adam), url)
    assert "Too far away." not in shown
    assert "Olga" not in shown
    assert "Declined" not in shown + page(signed_in(adam), reverse("marketplace:my_expressions"))

    expression.shortlist(by=buyer)

    assert "Olga Office" in page(signed_in(adam), url)


def test_the_caller_shortlists_selects_and_decides_on_one_page(signed_in, adam, bob, buyer, seller, outsider):
    call = make_call(buyer)
    chosen, other = make_expression(call, seller), make_expression(call, outsider)
    close_call(call)
    client = signed_in(bob)

    def post(name, *args, **sent):
        return client.post(reverse(f"marketplace:{name}", args=[call.slug, *args]), sent)

    post("answer_shortlist", chosen.ref)
    post("answer_select", chosen.ref)
    assert post("answer_decline", other.ref, reason="").status_code == 422
    assert post("call_decide").status_code == 422
    post("answer_decline", other.ref, reason="Others were nearer.")
    assert post("call_decide").status_code == 302
    assert post("answer_shortlist", other.ref).status_code == 422
    client = signed_in(adam)
    assert "You were selected" in page(client, reverse("marketplace:call_express", args=[call.slug]))
    post("expression_confirm")
    post("expression_confirm")

    assert list(call.expressions.values_list("status", flat=True)) == ["confirmed", "declined"]
    assert Activity.objects.filter(verb="expression.confirm").count() == 1


def test_students_are_shown_by_first_name_and_class(signed_in, adam, bob, buyer, school, seller):
    days = {"starts_on": date(2027, 3, 1), "ends_on": date(2027, 3, 31)}
    call = make_call(buyer, kind="placement_offered", **days)
    learner = make_learner(school, "Maja", "Mallow", group=make_resource(school, "2C", "class"))
    client = signed_in(adam)
    client.post(
        reverse("marketplace:call_express", args=[call.slug]), ANSWERS | {"send": "1", "learners": [learner.pk]}
    )

    shown = page(signed_in(bob), reverse("marketplace:call_manage", args=[call.slug]))

    assert "Maja, 2C" in shown
    assert "Mallow" not in shown


def test_students_of_another_school_cannot_be_put_forward(signed_in, adam, buyer, seller, outsider):
    days = {"starts_on": date(2027, 3, 1), "ends_on": date(2027, 3, 31)}
    call = make_call(buyer, kind="placement_offered", **days)
    stranger = make_learner(outsider.organisation, "Odd", "One")
    url = reverse("marketplace:call_express", args=[call.slug])

    response = signed_in(adam).post(url, ANSWERS | {"send": "1", "learners": [stranger.pk]})

    assert "learners" in response.context["form"].errors
    assert Expression.objects.count() == 0


def test_students_for_whom_a_place_is_wanted_are_told_to_the_shortlisted_only(
    client, signed_in, bob, buyer, seller, school
):
    days = {"starts_on": date(2027, 3, 1), "ends_on": date(2027, 3, 31)}
    learner = make_learner(school, "Maja", "Mallow", group=make_resource(school, "2C", "class"))
    call = make_call(seller, kind="placement_wanted", learners=[learner], **days)
    expression = make_expression(call, buyer)
    url = reverse("marketplace:call_express", args=[call.slug])
    assert "Maja" not in page(client, call.get_absolute_url()) + page(signed_in(bob), url)
    close_call(call)

    expression.shortlist(by=seller)

    shown = page(signed_in(bob), url)
    assert "Maja, 2C" in shown
    assert "Mallow" not in shown


def test_a_call_is_reported_and_the_report_decided(client, signed_in, call, mona, bob):
    url = reverse("accounts:report_new", args=["call", call.slug])
    assert url in page(client, call.get_absolute_url())
    client.post(url, {"ground": "other", "text": "This is an advertisement.", "reporter_email": "x@people.example"})

    report = Report.objects.get()
    assert report.subject == call
    report.decide(by=mona, upheld=False, reason="It is a call.")
    assert report.status == "dismissed"
    assert url not in page(signed_in(bob), call.get_absolute_url())


def test_drafts_cannot_be_reported(client, buyer):
    page(client, reverse("accounts:report_new", args=["call", make_call(buyer, "draft").slug]), 404)

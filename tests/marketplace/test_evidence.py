"""Records of learners: who confirms, revokes and shows them, and what each reader finds."""

import json
from datetime import timedelta
from io import BytesIO

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from accounts.models import Activity, InvalidTransition, Notification, Refusal
from marketplace.models import Consent, Evidence, HourEntry, Order, Shown, Skill, TeamFeedback
from marketplace.models.consent_rules import guardian_age
from marketplace.models.consents import Kind
from marketplace.models.evidence_verbs import Finding
from tests.factories import (
    deliver,
    make_class,
    make_member,
    make_offer,
    make_order,
    make_organisation,
    make_user,
    member,
    start,
)
from tests.marketplace.test_hours import at, long_ago
from vet2b.lib.logs import without_tokens


@pytest.fixture
def learners(school):
    """The first is under 18."""
    return list(make_class(school, minors=1).learners.order_by("pk"))


@pytest.fixture
def me(lea, school, learners):
    """The second student has an account: lea's."""
    learners[1].membership = member(lea, school)
    learners[1].save(update_fields=["membership"])
    return learners[1].membership


@pytest.fixture
def order(offer, buyer, seller, learners):
    return completed(offer, buyer, seller, learners)


def completed(offer, buyer, seller, learners):
    order = make_order(offer, buyer, "scheduled")
    order.assign_team(learners, by=seller)
    start(order, buyer, seller)
    long_ago(order)
    HourEntry.write(order, learners, by=seller, starts_at=at(9), ends_at=at(12), done="Built pages.")
    deliver(order, seller)
    order.accept_delivery(by=buyer)
    return order


def finding(learner, **fields):
    values = {"tasks": "Built five pages.", "minutes": 180, "level": "alone", "words": "Careful."} | fields
    return Finding(learner=learner, **values)


def confirm(order, learner, by, **fields):
    return Evidence.confirm_team(order, [finding(learner, **fields)], by=by)[0]


@pytest.fixture
def record(order, learners, me, seller):
    return confirm(order, learners[1], seller, skills=tuple(order.offer.skills.all()))


@pytest.fixture
def young_record(order, learners, me, seller, lea, school):
    """Of the one under 18, who has the account now."""
    learners[1].membership = None
    learners[1].save(update_fields=["membership"])
    learners[0].membership = me
    learners[0].save(update_fields=["membership"])
    return confirm(order, learners[0], seller)


def snapshot():
    rows = [list(model.objects.order_by("pk").values()) for model in (Evidence, Shown, TeamFeedback)]
    return rows, Activity.objects.count(), Notification.objects.count()


def told(activity):
    return sorted(n.recipient.name for n in activity.notifications.all())


# --- Confirming ---
def test_a_trainer_confirms_the_whole_team(order, learners, me, seller):
    skills = tuple(order.offer.skills.all())

    records = Evidence.confirm_team(order, [finding(each, skills=skills) for each in learners], by=seller)

    assert {(r.learner, r.minutes, r.title, r.confirmed_by) for r in records} == {
        (each, 180, order.title, seller.user) for each in learners
    }
    assert [s.uri for s in records[0].skills.all()] == [s.uri for s in skills]
    assert all(len(r.code) == 43 for r in records)
    on_order = order.activities.last()
    assert (on_order.verb, on_order.details["count"], told(on_order)) == ("order.confirm_evidence", 3, ["Bob Birch"])
    mine = order.evidence.get(learner=learners[1]).activities.get()
    assert (mine.verb, told(mine)) == ("evidence.confirm", ["Lea Lindgren"])
    assert "Family" not in str(list(Activity.objects.values_list("details", flat=True)))


def test_the_client_is_asked_only_once(order, learners, seller):
    confirm(order, learners[0], seller)
    confirm(order, learners[1], seller)

    asked = order.activities.filter(verb="order.confirm_evidence")
    assert [told(activity) for activity in asked] == [["Bob Birch"], []]


@pytest.mark.parametrize("status", [s for s in Order.Status.values if s not in {"completed", "closed"}])
def test_nothing_is_confirmed_before_completion(status, order, learners, seller):
    Order.objects.filter(pk=order.pk).update(status=status)
    before = snapshot()

    with pytest.raises(InvalidTransition):
        confirm(order, learners[0], seller)

    assert snapshot() == before


def test_closed_orders_take_records_too(order, learners, seller):
    Order.objects.filter(pk=order.pk).update(status="closed")

    assert confirm(order, learners[0], seller).pk


def test_nobody_else_confirms_or_revokes(order, record, learners, me, buyer, outsider):
    stranger = make_organisation(make_user(), kind="school").memberships.get()
    before = snapshot()

    for who in (me, buyer, outsider, stranger, None):
        with pytest.raises(PermissionDenied):
            confirm(order, learners[0], who)
        with pytest.raises(PermissionDenied):
            record.revoke(by=who, reason="Wrong.")

    assert snapshot() == before


def refused(order, findings, by):
    before = snapshot()
    with pytest.raises(Refusal) as refusal:
        Evidence.confirm_team(order, findings, by=by)
    assert snapshot() == before
    return refusal.value


def test_what_is_refused(order, learners, seller, school):
    stranger = make_class(school, "4A", size=1).learners.get()
    foreign = Skill.objects.exclude(pk__in=order.offer.skills.all()).first()

    assert refused(order, [], seller).field is None
    assert refused(order, [finding(stranger)], seller).field is None
    assert refused(order, [finding(learners[0]), finding(learners[1], tasks=" ")], seller).field == "tasks"
    assert refused(order, [finding(learners[0], minutes=240)], seller).field == "minutes_reason"
    assert refused(order, [finding(learners[0], minutes=200_000)], seller).field == "hours"
    assert refused(order, [finding(learners[0], skills=(foreign,))], seller).field == "skills"
    assert confirm(order, learners[0], seller, minutes=240, minutes_reason="Work at home.").hours == "4:00"


def test_a_second_record_waits_until_the_first_is_revoked(order, record, learners, seller):
    assert isinstance(refused(order, [finding(learners[1])], seller), InvalidTransition)

    record.revoke(by=seller, reason="Wrong student.")

    activity = record.activities.last()
    assert (activity.verb, activity.reason, told(activity)) == ("evidence.revoke", "Wrong student.", ["Lea Lindgren"])
    assert confirm(order, learners[1], seller).ref != record.ref
    before = snapshot()
    for reason in ("Again.", ""):
        with pytest.raises(Refusal):
            record.revoke(by=seller, reason=reason)
    assert snapshot() == before


def test_a_reason_is_needed_to_revoke(record, seller):
    before = snapshot()

    with pytest.raises(Refusal):
        record.revoke(by=seller, reason=" ")

    assert snapshot() == before


def test_the_database_keeps_records_as_they_were(record, seller):
    for change in ({"minutes": 1}, {"tasks": "x"}, {"code": "x"}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Evidence.objects.filter(pk=record.pk).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        record.skills.update(label="x")
    record.revoke(by=seller, reason="Wrong.")
    with pytest.raises(DatabaseError), transaction.atomic():
        Evidence.objects.filter(pk=record.pk).update(revoked_at=None, revoked_by=None, revoke_reason="")


# --- Showing ---
def verify(client, record):
    return client.get(reverse("marketplace:verify", args=[record.code]))


def test_nothing_is_public_unless_the_learner_says_so(record, client):
    assert verify(client, record).status_code == 404


def test_the_page_shows_what_was_released_and_no_more(record, me, client):
    record.show(by=me, name="short", hours=True)

    page = verify(client, record)
    assert "Given1 F." in (body := page.content.decode())
    assert [word for word in ("3:00", "Linden Vocational School") if word not in body] == []
    hidden = ["Family1", "Careful.", "Independently", "Birch Bakery", record.skills.first().uri, "lea@"]
    assert [word for word in hidden if word in body] == []
    assert page["X-Robots-Tag"] == "noindex, nofollow"
    assert page["Cache-Control"] == "private, no-store"
    assert record.activities.last().details["parts"] == ["name", "hours"]


def test_everything_is_shown_where_all_agree(record, order, me, buyer, client):
    skill = order.offer.skills.first()
    feedback = TeamFeedback.give(order, {skill: 4}, by=buyer, line="Friendly and quick.", may_be_named=True)
    everything = {"name": "full", **dict.fromkeys(["hours", "skills", "assessment", "feedback", "client"], True)}
    record.show(by=me, **everything)

    body = verify(client, record).content.decode()
    shown = ["Given1 Family1", "3:00", skill.label, "Careful.", "Friendly and quick.", "Birch Bakery"]
    assert [word for word in shown if word not in body] == []
    feedback.name_client(False, by=buyer)
    assert "Birch Bakery" not in verify(client, record).content.decode()


def test_what_is_hidden_is_gone_at_once_and_forgotten(record, me, client):
    record.show(by=me, name="full", skills=True)
    record.hide(by=me)

    missing = client.get(reverse("marketplace:verify", args=["x" * 43]))
    assert verify(client, record).status_code == missing.status_code == 404
    assert (record.shown.name, record.shown.skills) == ("", False)
    before = snapshot()
    record.hide(by=me)
    assert snapshot() == before


def test_a_revoked_record_says_so_where_it_was_released(record, me, seller, client):
    record.show(by=me, name="short", hours=True)
    with time_machine.travel(timezone.now().replace(minute=17), tick=False):  # no hour that reads like the hours
        record.revoke(by=seller, reason="Secret reason.")

    body = verify(client, record).content.decode()
    assert "revoked it on" in body
    assert [word for word in ("Given1", "3:00", "Secret reason.", record.title) if word in body] == []
    with pytest.raises(InvalidTransition):
        record.show(by=me, hours=True)
    record.hide(by=me)
    assert verify(client, record).status_code == 404


def test_only_the_learner_decides(record, seller, buyer, outsider, alice, school):
    other = make_member(make_user(), school, role="learner")
    before = snapshot()

    for who in (seller, member(alice, school), buyer, outsider, other, None):
        for call in (lambda who=who: record.show(by=who, hours=True), lambda who=who: record.hide(by=who)):
            with pytest.raises(PermissionDenied):
                call()

    assert snapshot() == before


def test_under_18_nobody_is_named_in_full(young_record, me, client):
    before = snapshot()
    with pytest.raises(Refusal) as refusal:
        young_record.show(by=me, name="full")
    assert (refusal.value.field, snapshot()) == ("name", before)

    young_record.show(by=me, name="short")
    Shown.objects.update(name="full")  # as if the date of birth had been corrected since

    assert "Family0" not in verify(client, young_record).content.decode()


@pytest.fixture
def child(learners, me, school):
    """Below the age from which the young of this country decide on their data."""
    young = learners[0]
    learners[1].membership = None
    learners[1].save(update_fields=["membership"])
    age = guardian_age(Kind.CREDIT, school)
    young.membership, young.minor_until = me, timezone.localdate() + timedelta(days=365 * (19 - age))
    young.save(update_fields=["membership", "minor_until"])
    return young


def test_a_childs_first_name_takes_the_consent_of_a_guardian(order, child, me, seller, client):
    child_record = confirm(order, child, seller)
    child_record.show(by=me, hours=True)
    before = snapshot()
    with pytest.raises(Refusal) as refusal:
        child_record.show(by=me, name="short")
    assert (refusal.value.field, snapshot()) == ("name", before)

    given = {"giver": "guardian", "giver_name": "Greta Guardian", "language": "lv"}
    consent = Consent.record_paper(child, Kind.CREDIT, by=seller, **given)
    child_record.show(by=me, name="short")
    assert "Given0 F." in verify(client, child_record).content.decode()

    consent.withdraw(by=seller)
    assert "Given0" not in verify(client, child_record).content.decode()


def test_a_page_that_its_learner_cannot_end_any_more_is_gone(record, me, learners, client):
    record.show(by=me, name="short")
    assert verify(client, record).status_code == 200

    learners[1].membership = None
    learners[1].save(update_fields=["membership"])

    assert verify(client, record).status_code == 404
    assert not Evidence.objects.get(pk=record.pk).is_public


def test_the_secret_of_a_page_is_written_into_no_log(record):
    assert without_tokens(f"GET /lv/verify/{record.code}/") == "GET /lv/verify/…/"


def test_who_asks_too_often_waits(record, client, settings):
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"verify": "2/m/ip"}

    assert [verify(client, record).status_code for _ in range(3)] == [404, 404, 429]


# --- Feedback ---
def test_the_client_marks_the_team_once(order, buyer, seller):
    skill = order.offer.skills.first()

    feedback = TeamFeedback.give(order, {skill: 3}, by=buyer, line=" Good. ")

    assert (feedback.line, [(m.uri, m.mark) for m in feedback.marks.all()]) == ("Good.", [(skill.uri, 3)])
    activity = order.activities.last()
    assert (activity.verb, told(activity)) == ("order.give_feedback", ["Adam Aspen", "Sara Sorrel"])
    before = snapshot()
    with pytest.raises(InvalidTransition):
        TeamFeedback.give(order, {skill: 1}, by=buyer)
    assert snapshot() == before


def test_nobody_else_gives_feedback(order, seller, outsider, me):
    before = snapshot()

    for who in (seller, outsider, me, None):
        with pytest.raises(PermissionDenied):
            TeamFeedback.give(order, {}, by=who, line="Good.")

    assert snapshot() == before


def test_feedback_has_marks_of_the_scale_for_skills_of_the_order(order, buyer):
    skill, foreign = order.offer.skills.first(), Skill.objects.exclude(pk__in=order.offer.skills.all()).first()
    before = snapshot()

    for marks, line in (({}, " "), ({foreign: 3}, ""), ({skill: 5}, ""), ({skill: 0}, "")):
        with pytest.raises(Refusal):
            TeamFeedback.give(order, marks, by=buyer, line=line)

    assert snapshot() == before


@pytest.mark.parametrize("status", ["in_progress", "delivered", "disputed", "cancelled"])
def test_feedback_waits_for_completion(status, order, buyer):
    Order.objects.filter(pk=order.pk).update(status=status)

    with pytest.raises(InvalidTransition):
        TeamFeedback.give(order, {}, by=buyer, line="Good.")


def test_only_the_client_decides_about_its_name(order, buyer, seller, outsider):
    feedback = TeamFeedback.give(order, {}, by=buyer, line="Good.")
    for who in (seller, outsider, None):
        with pytest.raises(PermissionDenied):
            feedback.name_client(True, by=who)

    feedback.name_client(True, by=buyer)
    feedback.name_client(True, by=buyer)

    assert TeamFeedback.objects.get().may_be_named
    assert order.activities.filter(verb="order.name_client").count() == 1


# --- Pages ---
def page_of(name, *args):
    return reverse(f"marketplace:{name}", args=args)


def sent(learners, **fields):
    form = {"tasks": "Built pages."}
    for each in learners:
        form |= {f"{each.ref}-is_chosen": "on", f"{each.ref}-hours": "3:00", f"{each.ref}-level": "alone"}
    return form | fields


def test_the_team_is_confirmed_on_one_page(order, learners, adam, signed_in):
    client, url = signed_in(adam), page_of("order_evidence", order.ref)
    assert "3:00" in client.get(url).content.decode()

    first, second, third = learners
    form = sent([first, second], **{f"{first.ref}-level": "helped", f"{second.ref}-own_tasks": "Wrote texts."})
    response = client.post(url, form)

    assert response.status_code == 302
    found = {e.learner: (e.level, e.tasks) for e in order.evidence.all()}
    assert found == {first: ("helped", "Built pages."), second: ("alone", "Wrote texts.")}
    body = client.get(url).content.decode()
    assert [each for each in learners if f"{each.ref}-hours" in body] == [third]


def test_bad_input_keeps_what_was_typed(order, learners, adam, signed_in):
    first = learners[0]
    client, url = signed_in(adam), page_of("order_evidence", order.ref)

    for fields in ({f"{first.ref}-hours": "many"}, {f"{first.ref}-hours": "4:00"}, {"tasks": ""}):
        response = client.post(url, sent(learners, **{f"{first.ref}-words": "Very keen."}, **fields))
        body = response.content.decode()
        assert (response.status_code, "Very keen." in body, "error-summary" in body) == (422, True, True)
    response = client.post(url, sent(learners, **{f"{first.ref}-hours": "4:00"}))
    assert "why the hours differ" in response.content.decode()

    assert not Evidence.objects.exists()


def test_the_school_prints_and_revokes(order, record, adam, signed_in):
    client = signed_in(adam)
    args = [order.ref, record.ref]
    pdf = client.get(page_of("evidence_pdf", *args))
    assert "Given1 Family1" in text_of(pdf.content)
    assert pdf["Cache-Control"] == "private, no-store"
    assert "Given1 Family1" in client.get(page_of("evidence_detail", *args)).content.decode()

    assert client.post(page_of("evidence_revoke", *args), {"reason": ""}).status_code == 422
    assert client.post(page_of("evidence_revoke", *args), {"reason": "Wrong."}).status_code == 302

    record.refresh_from_db()
    assert record.is_revoked
    assert "revoked and is not valid" in text_of(client.get(page_of("evidence_pdf", *args)).content)


def text_of(content):
    return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages).split())


def test_the_client_finds_feedback_and_no_record(order, record, bob, signed_in):
    client = signed_in(bob)
    for name, *args in (("order_evidence", order.ref), ("evidence_detail", order.ref, record.ref)):
        assert client.get(page_of(name, *args)).status_code == 403
    assert page_of("order_feedback", order.ref) in client.get(order.get_absolute_url()).content.decode()
    skill = order.offer.skills.first()

    assert client.post(page_of("order_feedback", order.ref), {}).status_code == 422
    form = {f"skill{skill.pk}": "4", "line": "Quick.", "may_be_named": "on"}
    assert client.post(page_of("order_feedback", order.ref), form).status_code == 302
    assert client.post(page_of("feedback_name", order.ref), {"agreed": "no"}).status_code == 302

    feedback = TeamFeedback.objects.get(order=order)
    assert (feedback.line, feedback.may_be_named, feedback.marks.get().mark) == ("Quick.", False, 4)


def test_the_school_reads_feedback_and_gives_none(order, adam, signed_in):
    client = signed_in(adam)

    assert client.get(page_of("order_feedback", order.ref)).status_code == 200
    assert client.post(page_of("order_feedback", order.ref), {"line": "We are great."}).status_code == 403


def test_learners_read_take_and_show_their_own(record, lea, me, signed_in):
    client = signed_in(lea)
    assert record.title in client.get(page_of("my_evidence")).content.decode()
    content = json.loads(client.get(page_of("my_evidence_json", record.ref)).content)
    assert (content["learner"], content["minutes"], content["client"]) == ("Given1 Family1", 180, None)
    assert content["skills"][0]["uri"] == record.skills.first().uri

    response = client.post(page_of("my_evidence_detail", record.ref), {"name": "short", "hours": "on"})
    assert response.status_code == 302
    assert record.code in client.get(record.get_absolute_url()).content.decode()
    assert record.code in text_of(client.get(page_of("my_evidence_pdf", record.ref)).content).replace(" ", "")
    client.post(page_of("my_evidence_hide", record.ref))

    assert Shown.objects.get().is_public is False
    assert record.code not in text_of(client.get(page_of("my_evidence_pdf", record.ref)).content).replace(" ", "")


def test_those_under_18_are_not_offered_their_full_name(young_record, lea, signed_in):
    client = signed_in(lea)
    assert 'value="full"' not in client.get(young_record.get_absolute_url()).content.decode()

    assert client.post(young_record.get_absolute_url(), {"name": "full"}).status_code == 422
    assert not Shown.objects.filter(is_public=True).exists()


def test_others_find_nothing_of_a_record(record, order, learners, school, adam, bob, charlie, signed_in):
    classmate = make_user()
    make_member(classmate, school, role="learner")
    names = ["my_evidence_detail", "my_evidence_pdf", "my_evidence_json", "my_evidence_badge"]
    for user in (classmate, adam, bob, charlie):
        client = signed_in(user)
        assert {client.get(page_of(name, record.ref)).status_code for name in names} == {404}
    for user in (classmate, charlie):
        client = signed_in(user)
        for name in ("evidence_detail", "evidence_pdf"):
            assert client.get(page_of(name, order.ref, record.ref)).status_code == 404


def test_pages_keep_their_number_of_statements(order, learners, me, seller, lea, adam, school, buyer, sara, client):
    def statements(user, url):
        client.force_login(user)
        client.get(url)
        with CaptureQueriesContext(connection) as context:
            assert client.get(url).status_code == 200
        return len(context)

    confirm(order, learners[1], seller)
    pages = [
        (adam, page_of("order_evidence", order.ref)), (lea, page_of("my_evidence")), (lea, reverse("dashboard")),
    ]  # fmt: skip
    before = [statements(*page) for page in pages]
    confirm(order, learners[0], seller)
    for number in range(2):
        offer = make_offer(school, seller.user, sara, title=f"Other {number}")
        other = make_order(offer, buyer, "scheduled")
        other.assign_team([learners[1]], by=seller)
        Order.objects.filter(pk=other.pk).update(status="completed", completed_at=timezone.now())
        confirm(other, learners[1], seller, minutes=0)

    assert [statements(*page) for page in pages] == before

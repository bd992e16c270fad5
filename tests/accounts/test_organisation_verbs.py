import pytest
from django.core.exceptions import PermissionDenied

from accounts.models import Activity, InvalidTransition, Membership, Organisation, Refusal
from tests.factories import make_member, make_organisation, make_user, member

S = Organisation.Status
REASON = "The register knows no such number."
MODERATORS_VERBS = ["verify", "ask_changes", "reject", "suspend", "reinstate"]
SOURCE = {"submit": S.DRAFT, "verify": S.PENDING, "ask_changes": S.PENDING, "reject": S.PENDING, "suspend": S.VERIFIED,
          "reinstate": S.SUSPENDED}  # fmt: skip
TARGET = {"submit": S.PENDING, "verify": S.VERIFIED, "ask_changes": S.DRAFT, "reject": S.REJECTED,
          "suspend": S.SUSPENDED, "reinstate": S.VERIFIED}  # fmt: skip


@pytest.fixture
def mill(bob):
    return make_organisation(bob, name="Birch Mill", status="pending")


def put(organisation, status):
    Organisation.objects.filter(pk=organisation.pk).update(status=status)
    organisation.refresh_from_db()


def call(organisation, verb, by):
    words = {"reason": REASON} if verb in MODERATORS_VERBS else {}
    getattr(organisation, verb)(by=by, **words)


@pytest.mark.parametrize("verb", MODERATORS_VERBS)
def test_a_moderators_verb_moves_records_and_tells_the_owners(verb, mill, mona, bob):
    put(mill, SOURCE[verb])

    call(mill, verb, mona)

    mill.refresh_from_db()
    assert mill.status == TARGET[verb]
    activity = mill.activities.last()
    assert (activity.verb, activity.actor, activity.from_status, activity.to_status, activity.reason) == (
        f"organisation.{verb}", mona, SOURCE[verb], TARGET[verb], REASON,
    )  # fmt: skip
    assert [n.recipient for n in activity.notifications.all()] == [bob]


def test_an_owner_submits_and_nobody_is_told(mill, bob):
    put(mill, S.DRAFT)

    mill.submit(by=member(bob, mill))

    assert mill.status == S.PENDING
    assert mill.submitted_at is not None
    activity = mill.activities.last()
    assert (activity.verb, activity.actor, activity.notifications.count()) == ("organisation.submit", bob, 0)


@pytest.mark.parametrize("verb", list(SOURCE))
def test_a_verb_refuses_every_wrong_state_and_changes_nothing(verb, mill, mona, bob):
    by = member(bob, mill) if verb == "submit" else mona
    allowed = Organisation.TRANSITIONS[verb].sources

    for status in set(S) - allowed:
        put(mill, status)
        before = Activity.objects.count()
        with pytest.raises(InvalidTransition):
            call(mill, verb, by)
        mill.refresh_from_db()
        assert (mill.status, Activity.objects.count()) == (status, before)


@pytest.mark.parametrize("verb", list(SOURCE))
def test_a_repeat_is_refused(verb, mill, mona, bob):
    put(mill, SOURCE[verb])
    by = member(bob, mill) if verb == "submit" else mona
    call(mill, verb, by)

    with pytest.raises(InvalidTransition):
        call(mill, verb, by)

    assert mill.activities.filter(verb=f"organisation.{verb}").count() == 1


@pytest.mark.parametrize("verb", MODERATORS_VERBS)
def test_owners_outsiders_and_plain_staff_cannot_moderate(verb, mill, bob, charlie, outsider):
    put(mill, SOURCE[verb])
    clerk = make_user("Clerk", is_staff=True)

    for by in (bob, member(bob, mill), charlie, outsider, clerk, None):
        with pytest.raises(PermissionDenied):
            call(mill, verb, by)

    mill.refresh_from_db()
    assert mill.status == SOURCE[verb]


def test_a_moderator_does_not_judge_their_own_organisation(mill, mona):
    make_member(mona, mill)

    with pytest.raises(PermissionDenied):
        mill.verify(by=mona)


def test_staff_and_outsiders_cannot_submit(mill, bob, outsider):
    put(mill, S.DRAFT)
    make_member(make_user("Staff", "staff@mill.example"), mill)

    for by in (mill.memberships.get(role="staff"), outsider, bob):
        with pytest.raises(PermissionDenied):
            mill.submit(by=by)


@pytest.mark.parametrize("verb", ["ask_changes", "reject", "suspend", "reinstate"])
def test_a_decision_against_somebody_needs_a_reason(verb, mill, mona):
    put(mill, SOURCE[verb])

    with pytest.raises(Refusal) as refusal:
        getattr(mill, verb)(by=mona, reason="  ")

    assert refusal.value.field == "reason"


def test_what_is_missing_is_named_when_submitting(mill, bob):
    put(mill, S.DRAFT)
    Organisation.objects.filter(pk=mill.pk).update(town="", sector="")
    mill.refresh_from_db()

    with pytest.raises(Refusal, match="town, sector"):
        mill.submit(by=member(bob, mill))


def test_after_two_rejections_there_is_no_third_try(mill, mona, bob):
    mill.reject(by=mona, reason=REASON)
    mill.submit(by=member(bob, mill))
    mill.reject(by=mona, reason=REASON)

    with pytest.raises(Refusal, match="rejected twice"):
        mill.submit(by=member(bob, mill))


def test_the_verified_identity_stands(company, buyer):
    company.name = "Another Company"

    with pytest.raises(Refusal):
        company.change(["name"], by=buyer)

    company.refresh_from_db()
    assert company.name == "Birch Bakery"


def test_only_owners_change_details(company, outsider, bob):
    make_member(make_user("Staff", "staff@company.example"), company)
    company.town = "Elsewhere"

    for by in (outsider, company.memberships.get(role="staff")):
        with pytest.raises(PermissionDenied):
            company.change(["town"], by=by)

    company.refresh_from_db()
    assert company.town == "Rīga"


def test_a_change_says_which_details(company, buyer):
    company.town = "Cēsis"

    company.change(["town"], by=buyer)

    assert company.activities.last().details["fields"] == ["town"]


def test_history_is_about_the_organisation_and_not_what_it_did(offer, school):
    assert set(school.activities.values_list("verb", flat=True)) == {"organisation.create"}


def test_who_registers_becomes_the_owner(bob, company):
    membership = Membership.objects.get(user=bob, organisation=company)

    assert membership.is_owner
    assert company.slug.startswith("birch-bakery-")

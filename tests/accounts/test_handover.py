from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from accounts.handover import change_powers, change_role, remove_member
from accounts.models import Invitation, Membership, Notification, Refusal
from accounts.notifications import send_due
from tests.factories import make_booking, make_member, make_order, make_resource, make_user, member


@pytest.fixture
def owner(alice, school):
    return member(alice, school)


def test_removing_a_trainer_hands_over_and_tells_both(owner, adam, sara, school, offer, buyer, alice):
    order = make_order(offer, buyer, "scheduled")

    remove_member(member(adam, school), successor=alice, by=owner)

    offer.refresh_from_db()
    order.refresh_from_db()
    assert (offer.trainer, order.trainer) == (alice, alice)
    assert not school.memberships.filter(user=adam).exists()
    removed, inherited = school.activities.filter(verb__in=["organisation.remove_member", "organisation.inherit"])
    assert [n.recipient for n in removed.notifications.all()] == [adam]
    assert (removed.actor, inherited.actor) == (alice, alice)
    assert inherited.notifications.count() == 0  # alice did it herself


def test_the_successor_is_told(owner, adam, sara, school):
    remove_member(member(adam, school), successor=sara, by=owner)

    activity = school.activities.get(verb="organisation.inherit")
    assert [n.recipient for n in activity.notifications.all()] == [sara]


def test_a_buyers_orders_and_drafts_get_a_new_contact(offer, buyer, company, bob):
    owner = make_member(make_user("Other Owner"), company, "owner", is_signatory=True)
    order, draft = make_order(offer, buyer, "quoted"), make_order(offer, buyer, "draft")

    remove_member(buyer, successor=owner.user, by=buyer)

    for row in (order, draft):
        row.refresh_from_db()
        assert row.contact == owner.user


def test_everybody_may_leave_but_only_owners_remove(school, adam, sara, outsider):
    with pytest.raises(PermissionDenied):
        remove_member(member(adam, school), successor=adam, by=member(sara, school))
    with pytest.raises(PermissionDenied):
        remove_member(member(adam, school), successor=sara, by=outsider)

    remove_member(member(adam, school), successor=sara, by=member(adam, school))

    assert not school.memberships.filter(user=adam).exists()


def test_the_last_owner_cannot_leave_or_step_down(owner, adam, school):
    with pytest.raises(Refusal):
        remove_member(owner, successor=adam, by=owner)
    with pytest.raises(Refusal):
        change_role(owner, "staff", by=owner)

    owner.refresh_from_db()
    assert owner.is_owner


@pytest.mark.parametrize("who", ["lea", "charlie", "adam", None])
def test_work_goes_only_to_somebody_who_may_do_it(who, request, owner, adam, school, offer):
    successor = request.getfixturevalue(who) if who else None

    with pytest.raises(Refusal) as refusal:
        remove_member(member(adam, school), successor=successor, by=owner)

    assert refusal.value.field == "successor"
    offer.refresh_from_db()
    assert offer.trainer == adam
    assert school.memberships.filter(user=adam).exists()


def test_a_learner_leaves_without_a_successor(owner, lea, school):
    remove_member(member(lea, school), successor=None, by=owner)

    assert not school.memberships.filter(user=lea).exists()


def test_with_the_member_go_their_invitations_and_waiting_mails(owner, adam, alice, school, company):
    second = Membership.objects.create(user=make_user("Second Owner"), organisation=school, role="owner")
    Invitation.send(school, "nora@new.example", "staff", by=second)
    Notification.objects.all().delete()
    school.record("verify", by=None, notify=[(second.user, school)])

    remove_member(second, successor=alice, by=owner)

    assert Invitation.objects.open().count() == 0
    assert send_due() == 1  # that they were removed
    assert second.user.notifications.visible().count() == 1


def test_access_ends_with_the_next_request(owner, adam, sara, school, offer, buyer, signed_in):
    order = make_order(offer, buyer, "scheduled")
    client = signed_in(adam)
    assert client.get(order.get_absolute_url()).status_code == 200

    remove_member(member(adam, school), successor=sara, by=owner)

    assert client.get(order.get_absolute_url()).status_code in {302, 404}
    assert client.get("/people/").status_code == 302
    assert client.get(f"/organisations/{school.slug}/home/").status_code == 404


def test_changing_a_role_tells_the_member(owner, adam, school, alice):
    change_role(member(adam, school), "owner", by=owner)

    assert member(adam, school).is_owner
    activity = school.activities.last()
    assert (activity.verb, activity.actor) == ("organisation.change_role", alice)
    assert [n.recipient for n in activity.notifications.all()] == [adam]


def test_changing_to_the_same_role_does_nothing(owner, adam, school):
    change_role(member(adam, school), "staff", by=owner)

    assert not school.activities.filter(verb="organisation.change_role").exists()


def test_a_role_is_changed_by_owners_and_never_a_learners(owner, adam, lea, sara, school, outsider):
    for by in (member(sara, school), outsider):
        with pytest.raises(PermissionDenied):
            change_role(member(adam, school), "owner", by=by)
    for member_of, role in ((lea, "staff"), (adam, "learner"), (adam, "admin")):
        with pytest.raises(Refusal):
            change_role(member(member_of, school), role, by=owner)


def test_a_trainer_who_leaves_can_no_longer_be_booked(owner, adam, sara, school):
    trainer = make_resource(school, "Adam Aspen", "trainer", person=adam)

    remove_member(member(adam, school), successor=sara, by=owner)

    trainer.refresh_from_db()
    assert trainer.is_retired
    assert trainer.activities.last().verb == "resource.retire"


def test_a_trainer_with_appointments_is_retired_first(owner, adam, sara, school, offer, buyer):
    trainer = make_resource(school, "Adam Aspen", "trainer", person=adam)
    order = make_order(offer, buyer, "scheduled")
    tomorrow = timezone.now() + timedelta(days=1)
    make_booking(order, [trainer], tomorrow, tomorrow + timedelta(hours=1))

    with pytest.raises(Refusal, match="booked as a trainer"):
        remove_member(member(adam, school), successor=sara, by=owner)

    assert school.memberships.filter(user=adam).exists()
    trainer.retire(by=owner)
    remove_member(member(adam, school), successor=sara, by=owner)
    order.refresh_from_db()
    assert order.trainer == sara


def test_powers_are_given_by_owners_and_told(owner, adam, school, alice):
    change_powers(member(adam, school), by=owner, is_signatory=True, is_coordinator=True)

    given = member(adam, school)
    assert (given.can_sign, given.can_release) == (True, True)
    activity = school.activities.get(verb="organisation.change_powers")
    assert [n.recipient for n in activity.notifications.all()] == [adam]
    assert activity.line == "The powers of Adam Aspen changed: signs agreements, frees learners from class"
    change_powers(given, by=owner)
    assert school.activities.last().line == "The powers of Adam Aspen changed: no further powers"


def test_the_same_powers_again_are_not_recorded(owner, adam, school):
    change_powers(member(adam, school), by=owner)

    assert not school.activities.filter(verb="organisation.change_powers").exists()


def test_powers_are_refused(owner, adam, lea, school, outsider, bob, company, buyer):
    with pytest.raises(PermissionDenied):
        change_powers(member(adam, school), by=member(adam, school), is_signatory=True)
    with pytest.raises(PermissionDenied):
        change_powers(member(adam, school), by=outsider, is_signatory=True)
    with pytest.raises(Refusal, match="Learners"):
        change_powers(member(lea, school), by=owner, is_signatory=True)
    with pytest.raises(Refusal, match="Only a school"):
        change_powers(buyer, by=buyer, is_signatory=True, is_coordinator=True)

    assert school.memberships.filter(is_signatory=True).count() == 1


def test_somebody_who_signs_is_left(owner, adam, sara, school):
    with pytest.raises(Refusal, match="Nobody would be left"):
        change_powers(owner, by=owner, is_coordinator=True)
    change_role(member(adam, school), "owner", by=owner)
    with pytest.raises(Refusal, match="Nobody would be left"):
        remove_member(owner, successor=sara, by=owner)

    change_powers(member(adam, school), by=owner, is_signatory=True)
    remove_member(owner, successor=sara, by=member(adam, school))

    assert not school.memberships.filter(pk=owner.pk).exists()

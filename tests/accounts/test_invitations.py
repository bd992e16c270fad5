from datetime import timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from accounts.models import Invitation, Membership, Refusal, User
from accounts.notifications import send_due
from tests.factories import make_member, make_user, member

NEW = "nora@new.example"


@pytest.fixture
def owner(alice, school):
    return member(alice, school)


@pytest.fixture
def invited(owner, school):
    """An invitation and the path of its link."""
    invitation, token = Invitation.send(school, NEW, "staff", by=owner)
    return invitation, reverse("accounts:invitation_accept", args=[token])


@pytest.fixture
def nora(db):
    return make_user("Nora New", NEW)


def test_sending_records_and_mails_a_link_whose_secret_is_not_stored(owner, school, alice):
    invitation, token = Invitation.send(school, "Nora@New.example ", "staff", by=owner)

    assert invitation.email == NEW
    assert token not in str(vars(invitation))
    assert len(token) >= 32
    activity = invitation.activities.get()
    assert (activity.verb, activity.actor) == ("invitation.send", alice)
    assert send_due() == 1
    (message,) = mail.outbox
    assert message.to == [NEW]
    assert reverse("accounts:invitation_accept", args=[token]) in message.body
    assert reverse("accounts:invitation_accept", args=[token]) in message.alternatives[0][0]
    assert send_due() == 0


def test_only_owners_of_this_organisation_invite(school, seller, outsider):
    for by in (seller, outsider):
        with pytest.raises(PermissionDenied):
            Invitation.send(school, NEW, "staff", by=by)

    assert Invitation.objects.count() == 0


def test_a_company_has_no_learners_and_members_are_not_invited_again(company, buyer, school, owner, adam):
    with pytest.raises(Refusal) as refusal:
        Invitation.send(company, NEW, "learner", by=buyer)
    assert refusal.value.field == "role"

    with pytest.raises(Refusal) as refusal:
        Invitation.send(school, adam.email, "staff", by=owner)
    assert refusal.value.field == "email"


def test_twenty_a_day(owner, school):
    for number in range(20):
        Invitation.send(school, f"p{number}@new.example", "staff", by=owner)

    with pytest.raises(Refusal):
        Invitation.send(school, NEW, "staff", by=owner)


def test_accepting_makes_a_member_and_tells_the_owners(invited, nora, alice, school):
    membership = invited[0].accept(by=nora)

    assert (membership.organisation, membership.role) == (school, "staff")
    activity = school.activities.last()
    assert (activity.verb, activity.actor) == ("organisation.add_member", nora)
    assert [n.recipient for n in activity.notifications.all()] == [alice]


def test_a_link_works_once(invited, nora, school):
    invited[0].accept(by=nora)

    with pytest.raises(Refusal):
        invited[0].accept(by=nora)

    assert school.memberships.filter(user=nora).count() == 1


def test_another_verified_address_is_refused_and_nothing_is_written(invited, charlie, signed_in, school):
    before = Membership.objects.count()
    EmailAddress.objects.create(user=charlie, email=NEW, verified=False)

    response = signed_in(charlie).post(invited[1])

    assert response.status_code == 403
    assert Membership.objects.count() == before
    assert Invitation.objects.get().accepted_at is None


def test_an_unverified_address_is_refused(invited, nora):
    EmailAddress.objects.filter(user=nora).update(verified=False)

    with pytest.raises(PermissionDenied):
        invited[0].accept(by=nora)


@pytest.mark.parametrize("event", ["week", "revoked", "demoted", "left", "suspended", "inactive", "resent"])
def test_an_invitation_dies(event, invited, nora, owner, school, alice, adam, mona):
    invitation, _link = invited
    now = timezone.now()
    if event == "week":
        now += timedelta(days=7, seconds=1)
    elif event == "revoked":
        invitation.revoke(by=owner)
    elif event == "demoted":
        Membership.objects.filter(pk=owner.pk).update(role="staff")
    elif event == "left":
        Membership.objects.filter(pk=owner.pk).delete()
    elif event == "suspended":
        school.suspend(by=mona, reason="Reports.")
    elif event == "inactive":
        User.objects.filter(pk=alice.pk).update(is_active=False)
    else:
        Invitation.send(school, NEW, "staff", by=owner)

    with time_machine.travel(now), pytest.raises(Refusal):
        Invitation.objects.get(pk=invitation.pk).accept(by=nora)

    assert not school.memberships.filter(user=nora).exists()


def test_only_owners_revoke(invited, seller, outsider):
    for by in (seller, outsider):
        with pytest.raises(PermissionDenied):
            invited[0].revoke(by=by)

    assert Invitation.objects.open().count() == 1


def test_revoking_twice_records_once(invited, owner):
    invited[0].revoke(by=owner)
    invited[0].revoke(by=owner)

    assert invited[0].activities.filter(verb="invitation.revoke").count() == 1


def test_looking_at_the_link_changes_nothing(invited, client, nora):
    before = list(Invitation.objects.values()), Membership.objects.count()

    assert client.get(invited[1]).status_code == 200
    client.force_login(nora)
    assert client.get(invited[1]).status_code == 200
    assert client.head(invited[1]).status_code == 200

    assert (list(Invitation.objects.values()), Membership.objects.count()) == before


def test_the_button_accepts_and_acts_for_the_new_organisation(invited, nora, signed_in, school):
    client = signed_in(nora)

    response = client.post(invited[1])

    assert response.url == "/dashboard/"
    assert client.session["organisation"] == school.pk


def test_a_used_or_unknown_link_says_so(invited, nora, client):
    invited[0].accept(by=nora)

    for link in (invited[1], reverse("accounts:invitation_accept", args=["unknown"])):
        response = client.get(link)
        assert response.status_code == 410
        assert "This invitation is over" in response.content.decode()


def test_joining_from_the_link_keeps_the_address_and_needs_no_code(invited, client, school):
    response = client.post(invited[1] + "join/")
    assert response.url.startswith("/account/signup/?next=")
    words = {"name": "Nora New", "email": "other@evil.example", "password1": "a long enough phrase", "next": invited[1]}

    response = client.post(response.url, words)

    assert response.status_code == 302
    assert response.url == invited[1]
    user = User.objects.get(email=NEW)
    assert EmailAddress.objects.get(user=user, email=NEW).verified
    assert not User.objects.filter(email="other@evil.example").exists()
    assert client.post(invited[1]).status_code == 302
    assert school.memberships.filter(user=user).exists()


def test_the_role_of_the_invitation_is_the_role_of_the_member(owner, school, nora):
    invitation, _token = Invitation.send(school, NEW, "learner", by=owner)

    assert invitation.accept(by=nora).is_learner


def test_who_is_a_member_already_keeps_the_role(invited, nora, school):
    make_member(nora, school, role="learner")

    assert invited[0].accept(by=nora).role == "learner"

import pytest

from accounts.models import Invitation, Membership
from tests.factories import PASSWORD, make_member, make_user, member


@pytest.fixture
def owner(alice, school, client):
    """alice's browser, in which she has just given her password again."""
    client.force_login(alice)
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    return client


@pytest.fixture
def sleepy(alice, school, signed_in):
    """alice's browser whose sign-in is too long ago for weighty changes."""
    return signed_in(alice)


def test_everybody_sees_the_members_and_owners_the_invitations(signed_in, alice, adam, lea, school):
    Invitation.send(school, "nora@new.example", "staff", by=member(alice, school))

    for user, sees_invitation, sees_learner in ((alice, True, True), (adam, False, True), (lea, False, False)):
        page = signed_in(user).get("/people/").content.decode()
        assert "Adam Aspen" in page
        assert ("nora@new.example" in page) is sees_invitation
        assert page.count("Lea Lindgren") == (2 if user == lea else 0) or sees_learner


def test_queries_of_the_list_do_not_grow(signed_in, alice, school, django_assert_num_queries):
    client = signed_in(alice)
    client.get("/people/")
    for count in (1, 3):
        for _number in range(count):
            make_member(make_user(), school)
        with django_assert_num_queries(4):
            client.get("/people/")


def test_inviting_mails_and_shows_it(sleepy, school):
    response = sleepy.post("/people/invite/", {"email": "nora@new.example", "role": "staff"})

    assert response.url == "/people/"
    assert Invitation.objects.get().email == "nora@new.example"


@pytest.mark.parametrize("words", [{"email": "no mail", "role": "staff"}, {"email": "a@b.example", "role": "king"}, {},
                                   {"email": "adam@school.example", "role": "staff"}])  # fmt: skip
def test_a_bad_invitation_is_told_and_nothing_is_sent(sleepy, adam, words):
    response = sleepy.post("/people/invite/", words)

    assert response.status_code == 422
    assert Invitation.objects.count() == 0


def test_inviting_an_owner_asks_for_the_password_again(sleepy):
    response = sleepy.post("/people/invite/", {"email": "nora@new.example", "role": "owner"})

    assert response.status_code == 302
    assert response.url.startswith("/account/reauthenticate/")
    assert Invitation.objects.count() == 0


def test_who_has_just_given_the_password_invites_an_owner(owner):
    owner.post("/people/invite/", {"email": "nora@new.example", "role": "owner"})

    assert Invitation.objects.get().role == "owner"


def test_resending_and_taking_back(sleepy, alice, school):
    old, _token = Invitation.send(school, "nora@new.example", "staff", by=member(alice, school))

    sleepy.post(f"/people/invitations/{old.ref}/resend/")
    new = Invitation.objects.open().get()
    assert new.pk != old.pk
    sleepy.post(f"/people/invitations/{new.ref}/revoke/")
    assert Invitation.objects.open().count() == 0
    assert sleepy.post(f"/people/invitations/{new.ref}/resend/").status_code == 404


def test_another_organisations_rows_do_not_exist(sleepy, buyer, outsider, company):
    invitation, _token = Invitation.send(company, "nora@new.example", "staff", by=buyer)

    for path in (f"invitations/{invitation.ref}/revoke", f"{buyer.pk}/role", f"{buyer.pk}/remove",
                 f"{outsider.pk}/remove", "999999/remove"):  # fmt: skip
        assert sleepy.post(f"/people/{path}/", {"role": "staff"}).status_code == 404
    assert Invitation.objects.open().count() == 1


def test_changing_a_role_asks_for_the_password_again(sleepy, adam, school):
    response = sleepy.post(f"/people/{member(adam, school).pk}/role/", {"role": "owner"})

    assert response.url.startswith("/account/reauthenticate/")
    assert not member(adam, school).is_owner


def test_an_owner_changes_a_role(owner, adam, school):
    assert owner.get(f"/people/{member(adam, school).pk}/role/").status_code == 200

    owner.post(f"/people/{member(adam, school).pk}/role/", {"role": "owner"})

    assert member(adam, school).is_owner


def test_an_owner_gives_powers(owner, adam, school):
    path = f"/people/{member(adam, school).pk}/role/"

    owner.post(path, {"role": "staff", "is_signatory": "on", "is_coordinator": "on"})

    assert member(adam, school).powers == ["is_signatory", "is_coordinator"]
    assert owner.get(path).content.decode().count(" checked") == 2


def test_the_last_owner_is_told_why_not(owner, alice, school):
    response = owner.post(f"/people/{member(alice, school).pk}/role/", {"role": "staff"})

    assert response.status_code == 422
    assert "An organisation needs an owner." in response.content.decode()


def test_staff_may_neither_invite_nor_change_nor_remove(signed_in, adam, sara, school):
    client = signed_in(adam)
    target = member(sara, school).pk

    assert client.post("/people/invite/", {"email": "a@b.example", "role": "staff"}).status_code == 403
    assert client.post(f"/people/{target}/role/", {"role": "owner"}).status_code == 403
    assert client.post(f"/people/{target}/remove/", {"successor": adam.pk}).status_code == 403
    assert school.memberships.count() == 3


def test_ones_own_title(signed_in, adam, school):
    client = signed_in(adam)

    client.post("/people/title/", {"title": "Trainer of pastry", "role": "owner", "organisation": "1"})
    client.post("/people/title/", {"title": "x" * 121})

    membership = member(adam, school)
    assert (membership.title, membership.role) == ("Trainer of pastry", "staff")


def test_removing_needs_a_successor_of_the_same_organisation(owner, adam, sara, bob, school, offer):
    path = f"/people/{member(adam, school).pk}/remove/"
    assert owner.get(path).status_code == 200

    for successor in ("", bob.pk, adam.pk, "x", "999999999999999999999"):
        assert owner.post(path, {"successor": successor}).status_code == 422
    assert owner.post(path, {"successor": sara.pk}).url == "/people/"
    offer.refresh_from_db()
    assert offer.trainer == sara


def test_leaving(signed_in, adam, sara, school):
    client = signed_in(adam)

    response = client.post(f"/people/{member(adam, school).pk}/remove/", {"successor": sara.pk})

    assert response.url == "/dashboard/"
    assert not Membership.objects.filter(user=adam).exists()
    assert "You belong to no organisation yet" in client.get("/dashboard/").content.decode()


def test_a_learner_leaves_without_naming_anybody(signed_in, lea, school):
    signed_in(lea).post(f"/people/{member(lea, school).pk}/remove/")

    assert not Membership.objects.filter(user=lea).exists()


def test_without_an_organisation_one_is_led_to_registering(signed_in, db):
    assert signed_in(make_user()).get("/people/").url == "/organisations/new/"

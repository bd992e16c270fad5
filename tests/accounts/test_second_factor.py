import pytest
from allauth.mfa.models import Authenticator

from tests.factories import make_member, make_user

PAGES = ["/dashboard/", "/inbox/", "/people/", "/settings/", "/organisations/new/"]


@pytest.fixture(autouse=True)
def required(settings):
    settings.MFA_REQUIRED = True


@pytest.mark.parametrize("who", ["alice", "adam", "mona"])
def test_who_sees_learners_or_moderates_first_turns_it_on(who, request, school, signed_in):
    client = signed_in(request.getfixturevalue(who))

    for page in [*PAGES, "/admin/"]:
        response = client.get(page)
        assert response.status_code in {302, 404}, page
        if page != "/admin/" or who == "mona":
            assert response.url == "/account/2fa/", page
    for page in ("/account/2fa/", "/account/logout/", "/schools/"):
        assert client.get(page).status_code == 200, page


@pytest.mark.parametrize("who", ["bob", "lea"])
def test_companies_and_learners_need_none(who, request, company, school, signed_in):
    client = signed_in(request.getfixturevalue(who))

    assert client.get("/dashboard/").status_code == 200


def test_recovery_codes_alone_are_no_second_factor(alice, school, signed_in):
    Authenticator.objects.create(user=alice, type="recovery_codes", data={})
    assert signed_in(alice).get("/dashboard/").url == "/account/2fa/"

    Authenticator.objects.create(user=alice, type="totp", data={})
    assert signed_in(alice).get("/dashboard/").status_code == 200


def test_posting_is_stopped_too(alice, school, signed_in):
    signed_in(alice).post("/people/invite/", {"email": "a@b.example", "role": "staff"})

    assert school.invitations.count() == 0


def test_it_is_asked_when_one_acts_for_a_school(bob, company, school, signed_in):
    make_member(bob, school)
    client = signed_in(bob)
    assert client.get("/dashboard/").status_code == 200

    client.post("/organisations/switch/", {"organisation": school.slug})

    assert client.get("/dashboard/").url == "/account/2fa/"


def test_the_form_of_somebody_new_is_open(signed_in, db):
    assert signed_in(make_user()).get("/organisations/new/").status_code == 200

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client

from accounts.models import User
from tests.factories import PASSWORD


def signed_in_by_form(user):
    client = Client()
    client.post("/account/login/", {"login": user.email, "password": PASSWORD})
    assert client.get("/inbox/").status_code == 200
    return client


def reauthenticated(user):
    client = signed_in_by_form(user)
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    return client


def test_turning_off_the_second_factor_signs_out_other_devices(bob):
    here, there = reauthenticated(bob), signed_in_by_form(bob)
    TOTP.activate(bob, generate_totp_secret())
    RecoveryCodes.activate(bob)

    here.post("/account/2fa/totp/deactivate/")

    assert here.get("/inbox/").status_code == 200
    assert there.get("/inbox/").status_code == 302


def test_a_new_password_signs_out_other_devices(bob):
    here, there = reauthenticated(bob), signed_in_by_form(bob)
    new = "another long phrase"

    here.post("/account/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})

    bob.refresh_from_db()
    assert bob.check_password(new)
    assert here.get("/inbox/").status_code == 200
    assert there.get("/inbox/").status_code == 302


def test_who_is_deactivated_is_out_with_the_next_request(bob):
    client = signed_in_by_form(bob)

    User.objects.filter(pk=bob.pk).update(is_active=False)

    assert client.get("/inbox/").status_code == 302


def test_signing_in_gives_a_new_session_key(bob, client):
    client.get("/account/login/")
    session = client.session
    session["before"] = True
    session.save()
    old = client.session.session_key

    client.post("/account/login/", {"login": bob.email, "password": PASSWORD})

    assert client.session.session_key != old


def test_the_tries_at_one_account_are_limited_from_any_address(bob, client):
    for number in range(6):
        words = {"login": bob.email, "password": f"wrong {number} wrong"}
        response = client.post("/account/login/", words, REMOTE_ADDR=f"10.0.0.{number}", HTTP_X_FORWARDED_FOR="1.2.3.4")

    response = client.post("/account/login/", {"login": bob.email, "password": PASSWORD}, REMOTE_ADDR="10.0.1.1")

    assert response.status_code == 200
    assert response.context["form"].errors

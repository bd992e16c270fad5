"""Open Badges of records: signed by the school, and read by another library than the one that signs."""

import base64
import json

import jwt
import pytest
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.urls import reverse

from marketplace.badges import badge_of
from marketplace.models import Evidence, IssuerKey, TeamFeedback
from marketplace.models.issuer_keys import seal
from tests.factories import make_class, make_organisation, make_user, member
from tests.marketplace.test_evidence import completed, confirm
from tests.marketplace.test_windows_race import at_once


@pytest.fixture
def learner(school, lea):
    learner = make_class(school, size=1).learners.get()
    learner.membership = member(lea, school)
    learner.save(update_fields=["membership"])
    return learner


@pytest.fixture
def order(offer, buyer, seller, learner):
    return completed(offer, buyer, seller, [learner])


@pytest.fixture
def record(order, learner, seller):
    return confirm(order, learner, seller, skills=tuple(order.offer.skills.all()))


def page_of(name, *args):
    return reverse(f"marketplace:{name}", args=args)


def published_key(client, badge):
    """As a stranger gets it: from the address that the badge names."""
    kid = jwt.get_unverified_header(badge)["kid"]
    response = client.get(kid.removeprefix(settings.SITE_URL))
    assert response["Content-Type"] == "application/jwk+json"
    return jwt.PyJWK(response.json())


def checked(client, badge):
    return jwt.decode(badge, published_key(client, badge), algorithms=["RS256"])


def test_a_stranger_checks_a_badge_with_the_published_key(record, client):
    badge = badge_of(record)

    claims = checked(client, badge)

    assert claims["type"] == ["VerifiableCredential", "OpenBadgeCredential"]
    assert claims["issuer"]["name"] == "Linden Vocational School"
    assert (claims["iss"], claims["jti"]) == (claims["issuer"]["id"], claims["id"])
    subject = claims["credentialSubject"]
    assert (claims["sub"], subject["type"]) == (subject["id"], ["AchievementSubject"])
    assert claims["nbf"] == int(record.confirmed_at.timestamp())
    [alignment] = subject["achievement"]["alignment"][:1]
    skill = record.skills.first()
    assert (alignment["targetUrl"], alignment["targetName"], alignment["targetFramework"]) == (
        skill.uri, skill.label, "ESCO",
    )  # fmt: skip
    assert "Hours: 3:00." in claims["evidence"][0]["narrative"]


def test_no_byte_of_a_badge_can_be_changed(record, client):
    badge = badge_of(record)
    key = published_key(client, badge)
    head, body, signature = badge.split(".")
    raw = bytearray(base64.urlsafe_b64decode(signature + "=="))
    raw[40] ^= 1
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    claims["name"] = "Something else"
    forged = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()

    for wrong in (
        f"{head}.{body}.{base64.urlsafe_b64encode(raw).rstrip(b'=').decode()}",
        f"{head}.{forged}.{signature}",
    ):
        with pytest.raises(jwt.InvalidSignatureError):
            jwt.decode(wrong, key, algorithms=["RS256"])


def test_a_badge_names_neither_the_learner_nor_a_client_that_did_not_agree(order, record, buyer):
    def said():
        return json.dumps(jwt.decode(badge_of(Evidence.objects.get(pk=record.pk)), options={"verify_signature": False}))

    names = ("Given0", "Family0", "lea@", record.code, record.ref)
    assert [name for name in names if name in said()] == []
    assert "Birch Bakery" not in said()

    feedback = TeamFeedback.give(order, {}, by=buyer, line="Good.", may_be_named=True)
    assert "Client: Birch Bakery." in said()
    feedback.name_client(False, by=buyer)
    assert "Birch Bakery" not in said()


def test_badges_of_one_learner_cannot_be_linked(order, record, learner, seller):
    record.revoke(by=seller, reason="Wrong hours.")
    second = confirm(order, learner, seller)

    assert record.badge_id != second.badge_id
    assert record.subject_id != second.subject_id


def test_the_school_tells_which_badges_it_revoked_and_not_why(record, seller, school, client):
    status = checked(client, badge_of(record))["credentialStatus"]
    address = status["id"].removeprefix(settings.SITE_URL)
    assert (status["type"], client.get(address).json()["revokedCredential"]) == ("1EdTechRevocationList", [])

    record.revoke(by=seller, reason="Secret reason.")

    listed = client.get(address)
    assert listed.json()["revokedCredential"] == [{"id": f"urn:uuid:{record.badge_id}", "revoked": True}]
    assert "Secret reason." not in listed.content.decode()


def test_the_profile_of_an_issuer_and_all_its_keys_are_public(record, school, client):
    profile = client.get(page_of("issuer", school.slug)).json()

    assert (profile["type"], profile["name"]) == (["Profile"], school.name)
    assert profile["id"] == f"{settings.SITE_URL}{page_of('issuer', school.slug)}"
    keys = client.get(page_of("issuer_keys", school.slug)).json()
    assert keys == profile["jwks"]
    assert [set(key) for key in keys["keys"]] == [{"kty", "n", "e", "kid", "use", "alg"}]


def test_schools_without_a_badge_have_no_profile(school, client):
    for name in ("issuer", "issuer_keys", "issuer_revoked"):
        assert client.get(page_of(name, school.slug)).status_code == 404


def test_a_key_of_another_school_is_not_found_here(record, client):
    other = make_organisation(make_user(), kind="school", name="Maple School")
    key = IssuerKey.of(other)

    assert client.get(page_of("issuer_key", record.order.seller.slug, key.ref)).status_code == 404
    assert client.get(page_of("issuer_key", other.slug, key.ref)).status_code == 200


def test_the_private_key_is_kept_sealed(record, school):
    key = IssuerKey.of(school)

    assert IssuerKey.of(school) == key
    assert set(key.public) <= {"kty", "n", "e", "kid"}
    assert '"d"' not in key.sealed
    assert key.private().as_dict(private=False)["n"] == key.public["n"]


def test_what_an_earlier_secret_sealed_can_still_be_opened(record, school, settings):
    key, badge = IssuerKey.of(school), badge_of(record)
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another" * 10
    seal.cache_clear()
    try:
        assert IssuerKey.of(school).private().as_dict(private=False)["n"] == key.public["n"]
        assert badge_of(record) == badge
    finally:
        seal.cache_clear()


def test_a_new_key_signs_and_the_old_one_still_checks(record, school, client):
    old = badge_of(record)

    call_command("rotate_issuer_key", school.slug)

    new = badge_of(record)
    kids = [jwt.get_unverified_header(badge)["kid"] for badge in (old, new)]
    assert kids[0] != kids[1]
    assert checked(client, old)["id"] == checked(client, new)["id"]
    assert [key.sealed == "" for key in school.issuer_keys.order_by("made_at")] == [True, False]
    with pytest.raises(CommandError):
        call_command("rotate_issuer_key", "nowhere")


def test_a_revoked_record_gives_no_badge(record, seller, lea, signed_in):
    client, url = signed_in(lea), page_of("my_evidence_badge", record.ref)
    assert jwt.get_unverified_header(client.get(url).content.decode())["alg"] == "RS256"

    record.revoke(by=seller, reason="Wrong.")

    assert client.get(url).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_both_get_the_same_key(school):
    keys = at_once([lambda: IssuerKey.of(school).ref, lambda: IssuerKey.of(school).ref])

    assert len(set(keys)) == school.issuer_keys.count() == 1

import pytest
from django.test import Client

from accounts.handover import remove_member
from accounts.mails import unsubscribe_signer, unsubscribe_url
from accounts.models import Delivery, Kind, Notification, NotificationPreference
from tests.factories import make_member, member


@pytest.fixture
def browser_of_alice(alice, signed_in):
    return signed_in(alice)


def test_the_unread_come_first_and_everything_is_a_tab_away(told, browser_of_alice):
    read, _unread = told(2)
    browser_of_alice.post(f"/inbox/{read.pk}/read/")

    assert len(browser_of_alice.get("/inbox/").context["page"].rows) == 1
    assert len(browser_of_alice.get("/inbox/?show=all").context["page"].rows) == 2


def test_opening_marks_read_acts_for_its_organisation_and_leads_there(told, browser_of_alice, school, alice, company):
    make_member(alice, company)
    (notification,) = told()
    session = browser_of_alice.session
    session["organisation"] = company.pk
    session.save()

    response = browser_of_alice.post(f"/inbox/{notification.pk}/open/")

    notification.refresh_from_db()
    assert notification.read_at is not None
    assert response.url == f"/organisations/{school.slug}/home/"
    assert browser_of_alice.session["organisation"] == school.pk


def test_reading_by_get_is_not_possible(told, browser_of_alice):
    (notification,) = told()

    for path in (f"/inbox/{notification.pk}/open/", f"/inbox/{notification.pk}/read/", "/inbox/read/"):
        assert browser_of_alice.get(path).status_code == 405
    browser_of_alice.get("/inbox/")
    assert Notification.objects.unread().count() == 1


def test_all_at_once(told, browser_of_alice, bob):
    told(3)
    told(1, user=bob)

    browser_of_alice.post("/inbox/read/")

    assert list(Notification.objects.unread().values_list("recipient", flat=True)) == [bob.pk]


def test_somebody_elses_notice_does_not_exist(told, bob, signed_in):
    (notification,) = told()

    for verb in ("open", "read"):
        assert signed_in(bob).post(f"/inbox/{notification.pk}/{verb}/").status_code == 404


def test_the_inbox_goes_on_and_its_queries_do_not_grow(told, browser_of_alice, django_assert_num_queries):
    seen = []
    for count, queries in ((1, 4), (30, 4)):
        told(count)
        with django_assert_num_queries(queries):
            response = browser_of_alice.get("/inbox/")
    while True:
        page = response.context["page"]
        seen += [row.pk for row in page.rows]
        if not page.next:
            break
        response = browser_of_alice.get("/inbox/", {"after": page.next})
    assert seen == list(Notification.objects.order_by("-created_at", "-pk").values_list("pk", flat=True))


@pytest.mark.parametrize("after", ["x", "²", "W10", "WzEsMl0", "a" * 5000, "bnVsbA", "WyIyMDI2LTAxLTAxIiwgIngiXQ"])
def test_an_odd_place_in_the_list_is_the_start(told, browser_of_alice, after):
    told()

    response = browser_of_alice.get("/inbox/", {"after": after})

    assert len(response.context["page"].rows) == 1


def test_what_an_organisation_told_is_gone_for_who_left_it(told, adam, alice, school, signed_in, sara):
    told(1, user=adam)
    remove_member(member(adam, school), successor=sara, by=member(alice, school))

    rows = signed_in(adam).get("/inbox/").context["page"].rows

    assert [row.activity.verb for row in rows] == ["organisation.remove_member"]


PREFERENCES = {"name": "Alice Alpha", "language": "lv", "order": "digest", "message": "off", "reminder": "now",
               "offer": "off", "organisation": "now", "invitation": "digest", "survey": "off",
}  # fmt: skip


def test_preferences_are_kept(browser_of_alice, alice):
    assert browser_of_alice.get("/settings/").status_code == 200

    browser_of_alice.post("/settings/", PREFERENCES)
    browser_of_alice.post("/settings/", PREFERENCES | {"message": "now"})

    alice.refresh_from_db()
    assert alice.language == "lv"
    assert NotificationPreference.objects.of(alice) == {
        "order": "digest", "message": "now", "reminder": "now", "offer": "off", "organisation": "now",
        "invitation": "digest", "survey": "off",
    }  # fmt: skip


@pytest.mark.parametrize("change", [{"order": "off"}, {"organisation": "off"}, {"offer": "never"}, {"language": "xx"},
                                    {"name": ""}, {"name": "x" * 121}, {"reminder": ""}])  # fmt: skip
def test_bad_preferences_change_nothing(browser_of_alice, alice, change):
    response = browser_of_alice.post("/settings/", PREFERENCES | change)

    assert response.status_code == 422
    alice.refresh_from_db()
    assert (alice.name, alice.language) == ("Alice Alpha", "en")
    assert NotificationPreference.objects.count() == 0


def test_nobody_becomes_staff_by_preferences(browser_of_alice, alice):
    browser_of_alice.post("/settings/", PREFERENCES | {"is_staff": "on", "is_superuser": "on", "email": "x@y.example"})

    alice.refresh_from_db()
    assert (alice.is_staff, alice.is_superuser, alice.email) == (False, False, "alice@school.example")


@pytest.fixture
def mail_program():
    """Posts without cookies or token, as RFC 8058 says."""
    return Client(enforce_csrf_checks=True)


def path_of(user, kind):
    return unsubscribe_url(user.pk, kind).removeprefix("http://127.0.0.1:8000")


def test_one_click_stops_one_kind(mail_program, alice):
    path = path_of(alice, "offer")
    assert mail_program.get(path).status_code == 200
    assert NotificationPreference.objects.count() == 0

    response = mail_program.post(path, "List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded")

    assert response.status_code == 200
    assert NotificationPreference.objects.of(alice) == dict.fromkeys(Kind.values, "now") | {"offer": "off"}


def test_stopping_the_digest_keeps_what_others_depend_on(mail_program, alice):
    NotificationPreference.objects.choose(alice, {"order": "digest", "offer": "digest", "message": "now"})

    mail_program.post(path_of(alice, "digest"))

    chosen = NotificationPreference.objects.of(alice)
    assert (chosen["order"], chosen["offer"], chosen["message"]) == (Delivery.DIGEST, Delivery.OFF, Delivery.NOW)


def test_a_forged_or_foreign_address_does_not_exist(mail_program, alice):
    for token in (
        "x",
        f"{alice.pk}:offer",
        unsubscribe_signer.sign(f"{alice.pk}:king"),
        unsubscribe_signer.sign("0:offer"),
    ):
        assert mail_program.post(f"/unsubscribe/{token}/").status_code == 404
    assert NotificationPreference.objects.count() == 0

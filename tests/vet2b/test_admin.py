"""The admin as a whole: who gets in, what they may do there, what it sends to browsers."""

import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Notification, Organisation, OutgoingMail, Report, Timer, User
from accounts.roles import MODERATORS
from marketplace.models import Category, Offer, OfferTemplate
from tests import factories

QUEUES = [
    "/admin/accounts/organisation/queue/",
    "/admin/marketplace/offer/queue/",
    "/admin/accounts/report/queue/",
    "/admin/marketplace/order/queue/",
    "/admin/marketplace/call/queue/",
    "/admin/marketplace/question/queue/",
]
LISTS = [
    "/admin/marketplace/order/",
    "/admin/accounts/organisation/",
    "/admin/marketplace/offer/",
    "/admin/accounts/user/",
    "/admin/accounts/report/",
    "/admin/marketplace/category/",
    "/admin/marketplace/offertemplate/",
    "/admin/marketplace/clause/",
    "/admin/marketplace/qualitypoint/",
    "/admin/marketplace/youthrule/",
    "/admin/marketplace/agreementlimit/",
    "/admin/marketplace/review/",
    "/admin/marketplace/framework/",
    "/admin/marketplace/survey/",
    "/admin/marketplace/calendarentry/",
    "/admin/marketplace/resource/",
    "/admin/marketplace/booking/",
    "/admin/accounts/notification/",
    "/admin/accounts/outgoingmail/",
    "/admin/accounts/timer/",
    "/admin/accounts/activity/",
    "/admin/admin/logentry/",
]
FORMS = ["/admin/marketplace/category/WEB/change/", "/admin/marketplace/category/add/"]
FORMS += ["/admin/marketplace/offertemplate/WEB/change/", "/admin/marketplace/category/WEB/history/"]


@pytest.fixture
def desk(signed_in, mona):
    return signed_in(mona)


@pytest.fixture
def world(school, adam, sara, offer, buyer, bob):
    """Something in every queue; gives the pages of each of them."""
    owner = factories.make_user("Olga Oak")
    pending = factories.make_organisation(owner, name="Oak Joinery", status="draft")
    pending.submit(by=factories.member(owner, pending))
    waiting = factories.make_offer(school, adam, sara, status="in_review", title="Catering")
    revision = offer.revise(by=factories.member(adam, school))
    revision.status, revision.price = "in_review", 210
    revision.save()
    dispute = factories.make_order(offer, buyer, "disputed")
    report = Report.send(offer, by=bob, ground="learner_safety", text="A student is named.")
    return [
        reverse(f"admin:{obj._meta.app_label}_{obj._meta.model_name}_change", args=[obj.pk])
        for obj in (pending, waiting, revision, dispute, report, bob)
    ]


def test_strangers_are_sent_to_the_sites_own_sign_in(client, db):
    response = client.get(LISTS[0], follow=True)

    assert response.redirect_chain[-1] == (f"{reverse('account_login')}?next={LISTS[0]}", 302)


@pytest.mark.parametrize("target", ["//e.test", "https://e.test", "/\\e.test", "javascript:alert(1)"])
def test_signing_in_leads_nowhere_else(client, desk, db, target):
    assert desk.get("/admin/login/", {"next": target}).url == "/admin/"
    desk.logout()
    assert client.get("/admin/login/", {"next": target}).url == f"{reverse('account_login')}?next=%2Fadmin%2F"


def test_no_password_is_taken_at_the_admins_door(client, mona):
    response = client.post("/admin/login/", {"username": mona.email, "password": factories.PASSWORD})

    assert response.status_code == 302
    assert response.url.startswith(reverse("account_login"))
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("path", ["/admin/", "/admin/login/", *QUEUES, *LISTS])
def test_for_members_there_is_no_admin(signed_in, bob, path):
    assert signed_in(bob).get(path).status_code == 404


def test_moderators_enrol_a_second_factor_first(desk, settings):
    settings.MFA_REQUIRED = True

    assert desk.get("/admin/").url == reverse("mfa_index")


def test_the_group_may_exactly_this(db):
    names = Group.objects.get(name=MODERATORS).permissions.values_list("content_type__app_label", "codename")

    assert {f"{label}.{codename}" for label, codename in names} == {
        "accounts.moderate", "accounts.view_activity", "accounts.view_membership", "accounts.view_notification",
        "accounts.view_organisation", "accounts.view_outgoingmail", "accounts.view_report", "accounts.view_timer",
        "accounts.view_user", "admin.view_logentry", "marketplace.add_category", "marketplace.add_categorylabel",
        "marketplace.change_category", "marketplace.change_categorylabel", "marketplace.change_offertemplate",
        "marketplace.view_category", "marketplace.view_categorylabel", "marketplace.view_offer",
        "marketplace.view_offertemplate", "marketplace.view_order", "marketplace.change_youthrule",
        "marketplace.view_youthrule", "marketplace.view_calendarentry", "marketplace.view_resource",
        "marketplace.view_booking", "marketplace.view_clause", "marketplace.add_clause",
        "marketplace.change_clause", "marketplace.view_qualitypoint", "marketplace.add_qualitypoint",
        "marketplace.change_qualitypoint", "marketplace.view_qualitypointtext", "marketplace.add_qualitypointtext",
        "marketplace.change_qualitypointtext", "marketplace.view_agreementlimit",
        "marketplace.change_agreementlimit", "marketplace.view_review", "marketplace.view_need",
        "marketplace.view_call", "marketplace.view_expression", "marketplace.view_question",
        "marketplace.view_framework", "marketplace.view_survey",
    }  # fmt: skip


def test_only_our_own_pages_are_there(db):
    """Packages bring pages for addresses, second factors, sessions and groups."""
    assert {model._meta.label for model in admin.site._registry} == {
        "accounts.Activity", "accounts.Notification", "accounts.Organisation", "accounts.OutgoingMail",
        "accounts.Report", "accounts.Timer", "accounts.User", "admin.LogEntry", "marketplace.Booking",
        "marketplace.CalendarEntry", "marketplace.Category", "marketplace.Offer", "marketplace.OfferTemplate",
        "marketplace.Order", "marketplace.QualityPoint", "marketplace.Resource", "marketplace.YouthRule",
        "marketplace.Clause", "marketplace.AgreementLimit", "marketplace.Review", "marketplace.Need",
        "marketplace.Call", "marketplace.Expression", "marketplace.Framework", "marketplace.Question",
        "marketplace.Survey",
    }  # fmt: skip


@pytest.mark.parametrize("path", ["/admin/", *QUEUES, *LISTS, *FORMS])
def test_moderators_without_superuser_rights_open_every_page(desk, world, path):
    assert desk.get(path).status_code == 200


def test_moderators_open_every_object(desk, world):
    assert {desk.get(path).status_code for path in world} == {200}


@pytest.mark.parametrize("path", ["password_change/", "search/?s=a&page=x", "auth/group/", "account/emailaddress/"])
def test_what_is_not_theirs_is_not_there(desk, path):
    assert desk.get(f"/admin/{path}").status_code == 404


@pytest.mark.parametrize("path", LISTS)
def test_moderators_add_nothing_but_what_they_write(desk, world, path):
    written = {f"/admin/marketplace/{model}/" for model in ("category", "clause", "qualitypoint")}
    expected = 200 if path in written else 403

    assert desk.get(f"{path}add/").status_code == expected
    first = admin.site._registry[Category].model.objects.first() if "category" in path else None
    assert desk.post(f"{path}{first.pk if first else 1}/delete/", {"post": "yes"}).status_code in {302, 403, 404}
    assert Category.objects.count() == 20


def test_moderators_cannot_give_rights(desk, mona, bob):
    path = reverse("admin:accounts_user_change", args=[bob.pk])

    for user in (bob, mona):
        path = reverse("admin:accounts_user_change", args=[user.pk])
        assert desk.post(path, {"is_staff": "on", "is_superuser": "on", "is_active": "on"}).status_code == 403
        user.refresh_from_db()
        assert not user.is_superuser
    assert not User.objects.get(pk=bob.pk).is_staff


def test_a_superuser_names_moderators_and_the_log_keeps_it(signed_in, bob, mona):
    boss = User.objects.create_superuser("boss@platform.example", factories.PASSWORD, name="Boss")
    group = Group.objects.get(name=MODERATORS)
    client = signed_in(boss)

    client.post(
        reverse("admin:accounts_user_change", args=[bob.pk]),
        {"is_active": "on", "is_staff": "on", "groups": [group.pk], "is_superuser": "on", "email": "x@x.example"},
    )

    bob = User.objects.get(pk=bob.pk)
    assert bob.is_moderator
    assert (bob.is_superuser, bob.email) == (False, "bob@company.example")
    entry = LogEntry.objects.get()
    assert (entry.user, entry.object_repr) == (boss, "Bob Birch")
    assert "Bob Birch" in signed_in(mona).get("/admin/admin/logentry/").text


def category_fields(**changes):
    category = Category.objects.get(pk="WEB")
    fields = {"slug": category.slug, "icon": category.icon, "isced": category.isced_id, "position": category.position}
    labels = list(category.labels.order_by("pk"))
    fields |= {"labels-TOTAL_FORMS": len(labels), "labels-INITIAL_FORMS": len(labels)}
    for number, label in enumerate(labels):
        fields |= {
            f"labels-{number}-id": label.pk, f"labels-{number}-category": "WEB",
            f"labels-{number}-language": label.language, f"labels-{number}-name": label.name,
            f"labels-{number}-synonyms": ",".join(label.synonyms),
        }  # fmt: skip
    return fields | changes


def test_a_changed_category_leaves_a_line_in_the_log(desk, mona):
    desk.post(FORMS[0], category_fields(**{"labels-0-name": "Websites and IT"}))

    assert Category.objects.get(pk="WEB").labels.filter(name="Websites and IT").exists()
    entry = LogEntry.objects.get()
    assert entry.user == mona
    text = desk.get("/admin/admin/logentry/").text
    assert "Websites and IT" in text
    assert mona.name in text


def test_the_log_and_the_activities_cannot_be_changed(desk, offer):
    desk.post(FORMS[0], category_fields(position=7))
    entry, activity = LogEntry.objects.get(), offer.activities.first()

    for path in (f"/admin/admin/logentry/{entry.pk}/", f"/admin/accounts/activity/{activity.pk}/"):
        assert desk.post(f"{path}change/", {"verb": "x"}).status_code == 403
        assert desk.post(f"{path}delete/", {"post": "yes"}).status_code == 403


@pytest.mark.parametrize("content", ["[]", "{}", "no json", '{"title": 5}'])
def test_a_template_keeps_the_shape_that_the_form_of_offers_reads(desk, content):
    before = OfferTemplate.objects.get(pk="WEB").content

    response = desk.post(FORMS[2], {"content": content})

    assert response.status_code == 200
    assert OfferTemplate.objects.get(pk="WEB").content == before


def test_what_failed_is_listed_and_what_did_not_is_not(desk, offer, bob, mona):
    now = timezone.now()
    OutgoingMail.objects.create(
        key="1", to="lost@far.example", subject="Code", text="SECRET", failed_at=now, error="550"
    )
    OutgoingMail.objects.create(key="2", to="fine@near.example", subject="Code")
    offer.set_timer("give_up", now + timedelta(days=1))
    Timer.objects.update(failed_at=now, error="boom")
    offer.suspend(by=mona, reason="Hm.")
    Notification.objects.update(failed_at=now, error="mailbox full")

    mails = desk.get("/admin/accounts/outgoingmail/").text

    assert "lost@far.example" in mails
    assert "fine@near.example" not in mails
    assert "SECRET" not in mails
    assert "boom" in desk.get("/admin/accounts/timer/").text
    assert "mailbox full" in desk.get("/admin/accounts/notification/").text


BAD_QUERIES = [
    "q=a%00b", "q=%ff", "q=" + "x" * 20_000, "p=abc", "p=-1", "p=" + "9" * 30, "o=9.-9.²", "page=x", "page=-1",
    "status__exact=nonsense", "status__regex=(", "name__regex=(", "id__gt=1", "ref__contains=a", "verb__in=1,2",
    "created_at__year=99999999999", "password__startswith=a", "memberships__user__email__startswith=a",
    "is_active__exact=maybe", "_to_field=password", "_popup=1", "e=1", "all=",
]  # fmt: skip


@pytest.mark.parametrize("path", [*QUEUES, *LISTS])
def test_no_query_breaks_a_list(desk, world, path):
    codes = {query[:40]: desk.get(f"{path}?{query}").status_code for query in BAD_QUERIES}

    assert [query for query, code in codes.items() if code >= 500] == []


def test_lists_cannot_be_asked_about_hidden_columns(desk, bob):
    assert desk.get("/admin/accounts/user/", {"password__startswith": "md5"}).status_code == 400


def grow(school, adam, sara, bob, number):
    """Adds `number` more of everything that lists show."""
    for _number in range(number):
        owner = factories.make_user()
        pending = factories.make_organisation(owner, status="draft")
        pending.submit(by=factories.member(owner, pending))
        offer = factories.make_offer(school, adam, sara)
        factories.make_offer(school, adam, sara, status="in_review")
        buyer = factories.make_organisation(owner)
        factories.make_order(offer, factories.member(owner, buyer), "disputed")
        Report.send(offer, by=bob, ground="other", text="Look at this.")
    Notification.objects.update(failed_at=timezone.now())
    Timer.objects.update(failed_at=timezone.now())


@pytest.mark.parametrize("path", ["/admin/", *QUEUES, *LISTS])
def test_lists_ask_the_database_as_often_for_three_rows_as_for_one(
    desk, school, adam, sara, bob, path, django_assert_num_queries
):
    grow(school, adam, sara, bob, 1)
    desk.get(path)
    with CaptureQueriesContext(connection) as one:
        desk.get(path)
    grow(school, adam, sara, bob, 2)

    with django_assert_num_queries(len(one)):
        desk.get(path)


INLINE = re.compile(r"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son[a-z]+=\"|javascript:", re.I)


@pytest.mark.parametrize("path", ["/admin/", *QUEUES, *LISTS, *FORMS])
def test_lists_and_forms_live_with_the_strict_policy(desk, world, path):
    response = desk.get(path)

    assert policy_of(response) == strict_policy()
    assert INLINE.findall(response.text) == []


def test_the_pages_of_objects_live_with_the_strict_policy(desk, world):
    for path in world:
        response = desk.get(path)
        assert policy_of(response) == strict_policy()
        assert INLINE.findall(response.text) == []


def policy_of(response):
    parts = [part.split() for part in response["Content-Security-Policy"].split(";") if part.strip()]
    return {name: sorted(values) for name, *values in parts}


def strict_policy():
    """That of the site: nothing inline, nothing from elsewhere, nothing evaluated."""
    policy = {name: sorted(values) for name, values in settings.CONTENT_SECURITY_POLICY["DIRECTIVES"].items()}
    assert "unsafe" not in str(policy)
    assert policy["default-src"] == ["'none'"]
    return policy


def test_a_moderator_decides_without_scripts(browser, live_server, desk, world):
    cookie = desk.cookies[settings.SESSION_COOKIE_NAME]
    context = browser.new_context(java_script_enabled=False)
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
    page = context.new_page()

    page.goto(f"{live_server.url}/admin/")
    page.get_by_role("heading", name="Organisations to verify").get_by_role("link").click()
    page.get_by_role("link", name="Begin with the first").click()
    page.locator("summary", has_text="Verify").click()
    page.get_by_role("button", name="Verify").click()

    assert "Oak Joinery is verified." in page.content()
    assert Organisation.objects.get(name="Oak Joinery").status == "verified"
    page.goto(live_server.url + reverse("admin:marketplace_offer_change", args=[Offer.objects.to_review()[0].pk]))
    page.locator("#decide-reject > summary").click()
    page.get_by_label("Rule").nth(1).select_option("learners")
    page.locator("#decide-reject textarea").fill("A student is named.")
    page.locator("#decide-reject [name=scope]").select_option("one")
    page.locator("#decide-reject [name=duration]").select_option("corrected")
    page.locator("#decide-reject button").click()
    assert Offer.objects.filter(status="rejected").count() == 1
    context.close()

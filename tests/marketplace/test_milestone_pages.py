"""The page on which the two sides of an order see its milestones."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from marketplace.models import Milestone
from marketplace.views.milestones import milestones_part
from tests.factories import make_order
from tests.marketplace.test_order_files import PDF


@pytest.fixture
def order(offer, buyer):
    return make_order(offer, buyer, "in_progress")


def soon(days=7):
    return timezone.localdate() + timedelta(days=days)


def page(order):
    return reverse("marketplace:order_milestones", args=[order.ref])


def url(milestone, verb):
    return reverse(f"marketplace:milestone_{verb}", args=[milestone.order.ref, milestone.pk])


def test_from_the_plan_to_the_ok(order, seller, adam, bob, signed_in):
    plan = {"title": "First page", "due_on": soon().isoformat()}
    assert signed_in(adam).post(page(order), plan).status_code == 302
    milestone = Milestone.objects.get()
    signed_in(adam).post(url(milestone, "change"), plan | {"title": "Start page"})
    file = SimpleUploadedFile("start.pdf", PDF, content_type="application/pdf")
    signed_in(adam).post(url(milestone, "submit"), {"note": "It stands there.", "files": [file]})

    assert "Look at a milestone" in signed_in(bob).get(order.get_absolute_url()).text
    shown = signed_in(bob).get(page(order)).text
    assert all(words in shown for words in ("Start page", "It stands there.", "start.pdf", url(milestone, "approve")))
    assert url(milestone, "submit") not in shown
    signed_in(bob).post(url(milestone, "remark"), {"reason": "Too dark."})

    assert milestones_part(order, seller).todo == "Take up the remarks"
    assert "Too dark." in signed_in(adam).get(page(order)).text
    signed_in(adam).post(url(milestone, "submit"), {"note": "Lighter now."})
    done = signed_in(bob).post(url(milestone, "approve"), follow=True)

    assert "Thank you. The school was told." in done.text
    assert "1 of 1 OK" in signed_in(bob).get(order.get_absolute_url()).text
    assert Milestone.objects.get().status == "ok"


def test_bad_input_says_why_at_its_field_and_is_kept(order, seller, adam, bob, signed_in):
    milestone = Milestone.plan(order, by=seller, title="First page", due_on=soon())
    late = signed_in(adam).post(page(order), {"title": "Texts", "due_on": "2020-01-01"})
    empty = signed_in(adam).post(url(milestone, "submit"), {"note": ""})
    same = signed_in(adam).post(page(order), {"title": "First page", "due_on": soon(9).isoformat()})
    milestone.submit(by=seller, note="Have a look.")
    wordless = signed_in(bob).post(url(milestone, "remark"), {"reason": " "})

    assert [each.status_code for each in (late, empty, same, wordless)] == [422] * 4
    assert "Choose a day from today on" in late.text
    assert 'value="Texts"' in late.text
    assert "Say what is ready, or how to look at it." in empty.text
    assert "There is a milestone of this title already." in same.text
    assert "Write your remarks." in wordless.text
    assert Milestone.objects.get().status == "submitted"


@pytest.mark.parametrize("verb", ["change", "remove", "submit", "approve", "remark"])
def test_the_wrong_side_is_refused(verb, order, seller, adam, bob, charlie, lea, signed_in):
    milestone = Milestone.plan(order, by=seller, title="First page", due_on=soon())
    wrong = bob if verb in {"change", "remove", "submit"} else adam

    assert signed_in(wrong).post(url(milestone, verb)).status_code == 403
    for stranger in (charlie, lea):
        assert signed_in(stranger).post(url(milestone, verb)).status_code == 404
    assert signed_in(adam).get(url(milestone, verb)).status_code == 405
    assert signed_in(bob).post(page(order), {"title": "Mine", "due_on": soon().isoformat()}).status_code == 403
    assert Milestone.objects.get().status == "planned"


def test_another_orders_milestone_is_not_found(order, offer, buyer, seller, adam, signed_in):
    other = make_order(offer, buyer, "in_progress")
    milestone = Milestone.plan(other, by=seller, title="First page", due_on=soon())
    address = reverse("marketplace:milestone_remove", args=[order.ref, milestone.pk])

    assert signed_in(adam).post(address).status_code == 404
    assert other.milestones.exists()


def test_what_is_too_late_is_said_on_the_page(order, seller, buyer, bob, signed_in):
    milestone = Milestone.plan(order, by=seller, title="First page", due_on=soon())
    milestone.submit(by=seller, note="Have a look.")
    milestone.approve(by=buyer)

    late = signed_in(bob).post(url(milestone, "remark"), {"reason": "Too dark."})

    assert late.status_code == 422
    assert "This cannot be done any more: it is now “OK”." in late.text
    assert "Too dark." in late.text


def test_the_page_asks_as_much_for_three_as_for_one(order, seller, bob, signed_in, django_assert_num_queries):
    Milestone.plan(order, by=seller, title="First page", due_on=soon())
    client = signed_in(bob)
    client.get(page(order))
    with CaptureQueriesContext(connection) as first:
        client.get(page(order))
    for title in ("Texts", "Test"):
        Milestone.plan(order, by=seller, title=title, due_on=soon()).submit(by=seller, note="Have a look.")

    with django_assert_num_queries(len(first)):
        client.get(page(order))


def test_an_order_without_milestones_says_so_to_the_school_alone(order, adam, bob, signed_in):
    assert "none planned" in signed_in(adam).get(order.get_absolute_url()).text
    assert page(order) not in signed_in(bob).get(order.get_absolute_url()).text


def test_the_week_of_the_trainer_shows_what_is_due(order, seller, buyer, adam, alice, signed_in):
    milestone = Milestone.plan(order, by=seller, title="First page", due_on=soon())
    week = f"{reverse('marketplace:my_week')}?week={milestone.due_on:%G-W%V}"
    shown = signed_in(adam).get(week).text
    assert "Milestone due" in shown
    assert f"First page · {order.title}" in shown
    assert "Milestone due" not in signed_in(alice).get(week).text

    milestone.submit(by=seller, note="Have a look.")
    assert "Milestone due" not in signed_in(adam).get(week).text
    milestone.remark(by=buyer, reason="Too dark.")
    assert "Milestone due" in signed_in(adam).get(week).text


def test_the_week_asks_as_much_for_three_as_for_one(order, seller, adam, signed_in, django_assert_num_queries):
    Milestone.plan(order, by=seller, title="First page", due_on=soon())
    week = f"{reverse('marketplace:my_week')}?week={soon():%G-W%V}"
    client = signed_in(adam)
    client.get(week)
    with CaptureQueriesContext(connection) as first:
        client.get(week)
    for title in ("Texts", "Test"):
        Milestone.plan(order, by=seller, title=title, due_on=soon())

    with django_assert_num_queries(len(first)):
        client.get(week)

"""The checks that a trainer signs before each delivery."""

import threading

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Activity, InvalidTransition, Refusal
from marketplace.models import Order, QualityPoint, QualitySheet
from tests.factories import make_order, pass_checks


@pytest.fixture
def order(offer, buyer):
    return make_order(offer, buyer, "in_progress")


def all_yes(order, but=()):
    return {point.pk: ("yes", "") for point in order.quality_points} | dict(but)


def first_required(order):
    return next(point for point in order.quality_points if point.is_required)


def posted(order, note="It is online.", **others):
    answers = {f"point_{point.pk}": "yes" for point in order.quality_points}
    return answers | {"note": note} | others


def url(name, order):
    return reverse(f"marketplace:order_{name}", args=[order.ref])


@pytest.mark.django_db
def test_every_category_has_points_in_every_language():
    for category in {point.category_id for point in QualityPoint.objects.all()} - {None}:
        points = QualityPoint.objects.for_category(category)
        assert points.filter(category=category).count() >= 4
        assert points.filter(category=None).count() >= 2
    assert all(
        {text.language for text in point.texts.all()} == {"en", "it", "lv", "lt", "pl", "pt"}
        for point in QualityPoint.objects.prefetch_related("texts")
    )


def test_signing_keeps_the_words_and_tells_nobody_outside(order, seller, adam):
    sheet = pass_checks(order, seller)

    assert (sheet.is_passed, sheet.round, sheet.signed_by) == (True, 0, adam)
    assert [row["text"] for row in sheet.answers] == [point.text for point in order.quality_points]
    QualityPoint.objects.all().delete()
    assert QualitySheet.objects.get().answers[0]["text"]
    activity = sheet.activities.get()
    assert (activity.verb, activity.notifications.count()) == ("qualitysheet.sign", 0)


def test_a_no_is_rework_of_which_the_client_hears_nothing(order, seller, sara, bob, buyer, signed_in):
    point = first_required(order)
    before = order.activities.count()

    sheet = order.check_quality(all_yes(order, but={point.pk: ("no", "The form sends nothing.")}), by=seller)

    assert not sheet.is_passed
    assert [row["note"] for row in sheet.failures] == ["The form sends nothing."]
    assert [n.recipient for n in sheet.activities.get().notifications.all()] == [sara]
    assert order.activities.count() == before
    with pytest.raises(Refusal, match="not signed"):
        order.deliver("It is online.", by=seller)
    client = signed_in(bob)
    for path in (order.get_absolute_url(), url("quality", order)):
        page = client.get(path).content.decode()
        assert "The form sends nothing." not in page
        assert "Rework" not in page


def test_advice_may_be_no(order, seller):
    point = first_required(order)
    point.is_required = False
    point.save()

    assert order.check_quality(all_yes(order, but={point.pk: ("no", "")}), by=seller).is_passed


@pytest.mark.parametrize(
    ("answer", "note", "field"),
    [("", "", "point"), ("maybe", "", "point"), ("no", " ", "note"), ("na", "", "note")],
)
def test_answers_that_are_refused(answer, note, field, order, seller):
    point = first_required(order)

    with pytest.raises(Refusal) as refused:
        order.check_quality(all_yes(order, but={point.pk: (answer, note)}), by=seller)

    assert refused.value.field == f"{field}_{point.pk}"
    assert not QualitySheet.objects.exists()


def test_only_the_school_signs_and_only_work_that_runs(order, offer, buyer, outsider, seller):
    for who in (buyer, outsider, None):
        with pytest.raises(PermissionDenied):
            order.check_quality(all_yes(order), by=who)
    waiting = make_order(offer, buyer, "scheduled")
    with pytest.raises(InvalidTransition):
        waiting.check_quality(all_yes(waiting), by=seller)

    assert not QualitySheet.objects.exists()


def test_each_round_is_checked_again(order, seller, buyer):
    pass_checks(order, seller)
    with pytest.raises(Refusal, match="signed already"):
        pass_checks(order, seller)
    order.deliver("It is online.", by=seller)
    order.ask_changes("A larger logo.", by=buyer)
    order.resume(by=seller)

    with pytest.raises(Refusal, match="not signed"):
        order.deliver("Again.", by=seller)
    pass_checks(order, seller)
    order.deliver("Again.", by=seller)

    assert list(order.sheets.values_list("round", flat=True)) == [0, 1]


def test_checking_and_delivering_is_one_form(order, signed_in, adam, bob):
    client = signed_in(adam)
    assert "Sign and deliver" in client.get(url("deliver", order)).content.decode()

    answer = client.post(url("deliver", order), posted(order))

    order.refresh_from_db()
    assert (answer.status_code, order.status) == (302, "delivered")
    assert order.activities.last().details["text"] == "It is online."
    page = signed_in(bob).get(url("quality", order)).content.decode()
    assert "Passed" in page
    assert "Adam Aspen" in page


def test_a_no_on_the_form_delivers_nothing(order, signed_in, adam):
    point = first_required(order)
    answers = posted(order, note="", **{f"point_{point.pk}": "no", f"note_{point.pk}": "The form sends nothing."})

    page = signed_in(adam).post(url("deliver", order), answers, follow=True).content.decode()

    order.refresh_from_db()
    assert order.status == "in_progress"
    assert "the client was not told" in page
    assert "The form sends nothing." in page


def test_a_form_with_gaps_keeps_what_was_typed(order, signed_in, adam):
    point = first_required(order)
    answers = posted(order, note="", **{f"point_{point.pk}": "na", f"note_{point.pk}": "No form was ordered."})

    page = signed_in(adam).post(url("deliver", order), answers)

    assert page.status_code == 422
    assert page.context["form"].errors == {"note": ["Say what you deliver, or how to get it."]}
    assert "No form was ordered." in page.content.decode()
    assert not QualitySheet.objects.exists()


def test_who_may_open_the_form(order, signed_in, bob, charlie, lea):
    assert signed_in(bob).get(url("deliver", order)).status_code == 403
    assert signed_in(charlie).get(url("deliver", order)).status_code == 404
    assert signed_in(lea).get(url("deliver", order)).status_code == 404


def test_the_number_of_statements_does_not_grow(order, seller, signed_in, adam):
    client = signed_in(adam)
    point = first_required(order)
    again = {point.pk: ("no", "Not yet.")}
    order.check_quality(all_yes(order, but=again), by=seller)

    def statements():
        with CaptureQueriesContext(connection) as asked:
            client.get(url("quality", order))
        return len(asked)

    statements()
    one = statements()
    for _each in range(2):
        order.check_quality(all_yes(order, but=again), by=seller)
    assert statements() == one


@pytest.mark.django_db(transaction=True)
def test_two_who_sign_at_once(order, seller):
    results = []

    def sign():
        try:
            results.append(pass_checks(Order.objects.get(pk=order.pk), seller))
        except Refusal as refusal:
            results.append(refusal)
        finally:
            connection.close()

    threads = [threading.Thread(target=sign) for _each in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(type(result).__name__ for result in results) == ["QualitySheet", *["Refusal"] * 7]
    assert QualitySheet.objects.count() == 1
    assert Activity.objects.filter(verb="qualitysheet.sign").count() == 1


def test_an_order_without_an_offer_has_the_general_points(order):
    order.offer = None

    assert {point.category_id for point in order.quality_points} == {None}

"""The pages of a school's calendar, and what becomes of orders that closed days or an archived offer touch."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.urls import reverse
from django.utils.translation import override

from accounts.models import Activity
from marketplace.models import CalendarEntry, Order, Window
from tests.factories import LINE, make_closure, make_offer, make_order, make_plan, make_resource, make_window

RIGA = ZoneInfo("Europe/Riga")
MONDAY = date(2027, 3, 1)
START = date(2027, 3, 16)
CLOSURE = {"kind": "closure", "name": "Roof works", "starts_on": "2027-03-15", "ends_on": "2027-03-17"}


@pytest.fixture(autouse=True)
def _first_of_march():
    with time_machine.travel(datetime(2027, 3, 1, 12, tzinfo=RIGA)):
        yield


@pytest.fixture
def trainer(signed_in, adam):
    return signed_in(adam)


def url(name, *args):
    return reverse(f"marketplace:calendar_{name}", args=args)


def agreed(offer, buyer, seller, starts_on=START, **terms):
    order = make_order(offer, buyer, "requested")
    order.quote([LINE], by=seller, starts_on=starts_on, **terms)
    order.accept(1, by=buyer)
    return order


def fresh(thing):
    return type(thing).objects.get(pk=thing.pk)


# --- who, and what they see


def test_the_year_tells_in_words_what_each_day_is(trainer, school):
    make_closure(school, date(2027, 3, 10), name="Roof works")
    make_closure(school, date(2027, 3, 6), kind="open", name="Open doors")
    make_closure(school, date(2027, 1, 11), kind="term", name="Spring term", ends_on=date(2027, 5, 28))

    page = trainer.get(url("year", 2026)).text

    assert "School calendar 2026/27" in page
    assert '<b aria-hidden="true">C</b><span class="visually-hidden"> Roof works</span>' in page
    assert '<b aria-hidden="true">O</b><span class="visually-hidden"> Open doors</span>' in page
    assert '<b aria-hidden="true">P</b><span class="visually-hidden"> Good Friday</span>' in page
    assert '<span class="visually-hidden"> Spring term begins</span>' in page
    assert "20 weeks" in page
    assert page.index("August 2026") < page.index("July 2027")
    assert 'aria-current="date">1<' in page


def test_the_month_names_every_day_and_starts_on_monday(trainer, school):
    make_closure(school, date(2027, 5, 5), name="Roof works")

    page = trainer.get(url("month", 2027, 5))

    assert 'class="calendar-month starts-6"' in page.text  # 1 May 2027 is a Saturday
    assert page.text.index("Monday") < page.text.index("Sunday")
    assert 'Wednesday</span><span class="visually-hidden">, 5 May 2027: enter something' in page.text
    assert "Roof works" in page.text
    assert url("month", 2027, 4) in page.text
    assert url("month", 2027, 6) in page.text


def test_months_and_years_have_neighbours_up_to_their_end(trainer):
    for name, args in [("month", (2026, 12)), ("month", (2027, 1)), ("year", (2000,)), ("year", (2099,))]:
        assert trainer.get(url(name, *args)).status_code == 200
    for name, args in [("month", (2027, 13)), ("month", (2027, 0)), ("month", (9999, 1)), ("year", (2100,))]:
        assert trainer.get(url(name, *args)).status_code == 404


def test_the_calendar_opens_on_the_school_year_that_runs(trainer):
    assert trainer.get(url("now")).url == url("year", 2026)


def test_names_of_public_holidays_follow_the_readers_language(trainer):
    with override("lv"):
        address = url("year", 2026)
    assert "Lielā Piektdiena" in trainer.get(address).text


def test_owners_and_staff_find_the_calendar_learners_do_not(signed_in, alice, adam, lea, bob, company):
    for user in (alice, adam):
        client = signed_in(user)
        for page in (reverse("dashboard"), reverse("marketplace:my_offers")):
            assert url("now") in client.get(page).text
    assert url("now") not in signed_in(lea).get(reverse("dashboard")).text
    for name, args in [("now", []), ("year", [2026]), ("month", [2027, 3]), ("entry_add", [])]:
        assert signed_in(lea).get(url(name, *args)).status_code == 403
        assert signed_in(bob).get(url(name, *args)).status_code == 404


def test_entries_of_another_school_are_not_found(signed_in, school, outsider):
    entry = make_closure(school)
    outsider.organisation.kind = "school"
    outsider.organisation.save(update_fields=["kind"])
    client = signed_in(outsider.user)

    assert client.get(url("entry_change", entry.pk)).status_code == 404
    assert client.post(url("entry_change", entry.pk), CLOSURE).status_code == 404
    assert client.post(url("entry_remove", entry.pk)).status_code == 404
    assert fresh(entry).name == "Staff training"


@pytest.mark.parametrize("address", [("year", 2026), ("month", 2027, 3)])
def test_pages_take_the_same_queries_for_any_number_of_entries(address, trainer, school, django_assert_max_num_queries):
    queries = []
    for count in (1, 3):
        for number in range(count):
            make_closure(school, MONDAY + timedelta(days=count + 7 * number))
        with django_assert_max_num_queries(30) as counted:
            trainer.get(url(*address))
        queries.append(len(counted))

    assert queries[0] == queries[1]


# --- plain forms


def test_adding_changing_and_removing(trainer, school):
    response = trainer.post(url("entry_add"), {**CLOSURE, "ends_on": "", "view": "month"}, follow=True)
    assert response.redirect_chain == [(url("month", 2027, 3), 302)]
    entry = school.calendar_entries.get()
    assert (entry.kind, entry.name, entry.ends_on) == ("closure", "Roof works", date(2027, 3, 15))
    assert "The calendar is changed" in response.text

    assert 'value="2027-03-15"' in trainer.get(url("entry_change", entry.pk)).text
    response = trainer.post(url("entry_change", entry.pk), {**CLOSURE, "kind": "exams"})
    assert response.url == url("year", 2026)
    assert (fresh(entry).kind, fresh(entry).ends_on) == ("exams", date(2027, 3, 17))

    trainer.post(url("entry_remove", entry.pk))
    assert not CalendarEntry.objects.exists()
    assert trainer.post(url("entry_remove", entry.pk)).status_code == 404


def test_the_form_starts_on_the_day_that_was_chosen(trainer):
    page = trainer.get(url("month", 2027, 3) + "?day=2027-03-18").text

    assert 'value="2027-03-18"' in page
    for odd in ("2027-13-45", "x"):
        assert trainer.get(url("month", 2027, 3) + f"?day={odd}").status_code == 200


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"starts_on": ""}, "Say on which day it begins."),
        ({"ends_on": "2027-03-14"}, "The last day is not before the first."),
        ({"ends_on": "2029-03-14"}, "At most 400 days at once."),
        ({"ends_on": "9999-12-31"}, "At most 400 days at once."),
        ({"starts_on": "2072-03-15", "ends_on": ""}, "Check the year."),
        ({"kind": "party"}, "Select a valid choice"),
    ],
)
def test_what_is_wrong_is_said_and_kept(fields, words, trainer):
    page = trainer.post(url("entry_add"), CLOSURE | fields)

    assert page.status_code == 422
    assert words in page.text
    assert 'value="Roof works"' in page.text
    assert not CalendarEntry.objects.exists()


def test_a_second_click_tells_that_it_is_there_already(trainer):
    trainer.post(url("entry_add"), CLOSURE)
    page = trainer.post(url("entry_add"), CLOSURE)

    assert "These days are in the calendar already." in page.text
    assert CalendarEntry.objects.count() == 1


# --- orders that are touched


@pytest.fixture
def order(offer, buyer, seller):
    return agreed(offer, buyer, seller, ends_on=START + timedelta(days=3))


def test_closing_days_first_asks_about_the_orders_on_them(trainer, order):
    before = Activity.objects.count()

    page = trainer.post(url("entry_add"), CLOSURE)

    assert page.status_code == 200
    assert "1 order falls on these days" in page.text
    assert "Birch Bakery" in page.text
    assert "Our school is closed on 15–17 Mar" in page.text
    assert '<input type="hidden" name="starts_on" value="2027-03-15"' in page.text
    assert not CalendarEntry.objects.exists()
    assert Activity.objects.count() == before


@pytest.mark.parametrize(
    ("answer", "status", "is_asked", "verb"),
    [
        ("keep", "scheduled", False, None),
        ("ask_new_time", "scheduled", True, "order.ask_new_time"),
        ("cancel", "cancelled", False, "order.cancel"),
    ],
)
def test_each_answer_is_done_together_with_the_closure(answer, status, is_asked, verb, trainer, order, bob):
    sent = {"touched": "1", f"do_{order.ref}": answer, f"why_{order.ref}": "The roof is open."}
    response = trainer.post(url("entry_add"), CLOSURE | sent)

    assert response.url == url("year", 2026)
    assert CalendarEntry.objects.get().name == "Roof works"
    order = fresh(order)
    assert (order.status, order.is_new_time_asked) == (status, is_asked)
    told = order.activities.filter(verb__in=["order.ask_new_time", "order.cancel"])
    assert [(a.verb, a.reason, a.notifications.get().recipient) for a in told] == (
        [(verb, "The roof is open.", bob)] if verb else []
    )


@pytest.mark.parametrize("sent", [{"do": "cancel", "why": " "}, {"do": "", "why": ""}, {"do": "explode", "why": "x"}])
def test_a_missing_answer_or_reason_changes_nothing(sent, trainer, order):
    sent = {"touched": "1", f"do_{order.ref}": sent["do"], f"why_{order.ref}": sent["why"]}
    page = trainer.post(url("entry_add"), CLOSURE | sent)

    assert page.status_code == 422
    assert "There is a problem" in page.text
    assert not CalendarEntry.objects.exists()
    assert fresh(order).status == "scheduled"


def test_an_order_that_appeared_meanwhile_brings_the_page_again(trainer, order, offer, buyer, seller):
    trainer.post(url("entry_add"), CLOSURE)
    newer = agreed(offer, buyer, seller)
    sent = {"touched": "1", f"do_{order.ref}": "cancel", f"why_{order.ref}": "The roof is open."}

    page = trainer.post(url("entry_add"), CLOSURE | sent)

    assert "2 orders fall on these days" in page.text
    assert "Say what becomes of" in page.text
    assert "The roof is open." in page.text
    assert not CalendarEntry.objects.exists()
    assert fresh(order).status == "scheduled"
    trainer.post(url("entry_add"), CLOSURE | sent | {f"do_{newer.ref}": "keep"})
    assert (fresh(order).status, fresh(newer).status) == ("cancelled", "scheduled")
    assert CalendarEntry.objects.exists()


def test_one_that_has_begun_meanwhile_cannot_be_asked_for_another_time(trainer, order, seller):
    order.start(by=seller)
    sent = {"touched": "1", f"do_{order.ref}": "ask_new_time", f"why_{order.ref}": "The roof is open."}

    page = trainer.post(url("entry_add"), CLOSURE | sent)

    assert "That cannot be done with" in page.text
    assert not CalendarEntry.objects.exists()


def test_only_days_that_close_now_are_asked_about(trainer, order, offer, buyer, seller):
    entry = make_closure(offer.school, date(2027, 3, 15), ends_on=date(2027, 3, 17))
    later = agreed(offer, buyer, seller, starts_on=date(2027, 3, 24))
    same = {"kind": "exams", "name": "", "starts_on": "2027-03-15", "ends_on": "2027-03-17"}

    assert trainer.post(url("entry_change", entry.pk), same).status_code == 302
    page = trainer.post(url("entry_change", entry.pk), same | {"ends_on": "2027-03-24"})

    assert later.ref in page.text
    assert order.ref in page.text  # its last day is the 19th
    page = trainer.post(url("entry_add"), {**CLOSURE, "starts_on": "2027-03-24", "ends_on": "2027-03-24"})
    assert later.ref in page.text
    assert order.ref not in page.text
    for harmless in ({"kind": "open"}, {"starts_on": "2027-03-20", "ends_on": "2027-03-21"}):  # a weekend
        assert trainer.post(url("entry_add"), CLOSURE | harmless).status_code == 302


def test_removing_an_open_day_and_a_second_term_close_days_too(trainer, school, offer, buyer, seller):
    saturday = date(2027, 3, 20)
    entry = make_closure(school, saturday, kind="open")
    on_saturday, on_tuesday = (agreed(offer, buyer, seller, starts_on=day) for day in (saturday, START))
    make_closure(school, MONDAY, kind="term", ends_on=date(2027, 3, 12))

    page = trainer.post(url("entry_remove", entry.pk), {"view": "year"})
    assert on_saturday.ref in page.text
    assert on_tuesday.ref not in page.text
    term = {"kind": "term", "name": "", "starts_on": "2027-03-22", "ends_on": "2027-05-28"}
    page = trainer.post(url("entry_add"), term)
    assert on_tuesday.ref in page.text
    assert on_saturday.ref not in page.text

    trainer.post(url("entry_remove", entry.pk), {"touched": "1", f"do_{on_saturday.ref}": "keep"})
    assert not CalendarEntry.objects.filter(kind="open").exists()


def test_orders_of_a_window_and_of_a_time_are_touched_others_are_not(trainer, school, offer, buyer, seller, outsider):
    window = make_window(offer, in_days=10, days=10)
    in_window = make_order(offer, buyer, "requested", window=window)
    in_window.quote([LINE], by=seller, window=window)
    in_window.accept(1, by=buyer)
    timed = agreed(offer, buyer, seller, starts_on=None)
    times = {"starts_at": datetime(2027, 3, 17, 23, tzinfo=RIGA), "ends_at": datetime(2027, 3, 17, 23, 30, tzinfo=RIGA)}
    Order.objects.filter(pk=timed.pk).update(**times)
    untouched = [make_order(offer, buyer, "requested"), agreed(offer, buyer, seller, starts_on=date(2027, 3, 30))]
    done = agreed(offer, buyer, seller)
    done.cancel(by=buyer, reason="We moved.")

    page = trainer.post(url("entry_add"), CLOSURE).text

    assert "2 orders fall on these days" in page
    assert in_window.ref in page
    assert timed.ref in page
    assert not any(order.ref in page for order in [*untouched, done])
    assert "1 of 2 taken" in page


def test_requests_and_quotes_on_the_days_are_asked_about_with_their_own_answers(trainer, offer, buyer, seller):
    window = make_window(offer, in_days=14, days=3)
    wished = make_order(offer, buyer, "requested", wished_on=START)
    chosen = make_order(offer, buyer, "requested", window=window)
    quoted = make_order(offer, buyer, "requested", wished_on=date(2027, 4, 20))
    quoted.quote([LINE], by=seller, starts_on=START, ends_on=START)
    moved = make_order(offer, buyer, "requested", wished_on=START)
    moved.quote([LINE], by=seller, starts_on=START)
    moved.counter("Later, please.", by=buyer)
    moved.quote([LINE], by=seller, starts_on=date(2027, 4, 20))
    make_order(offer, buyer, "quoted", wished_on=START)  # its quote leaves the day open

    page = trainer.post(url("entry_add"), CLOSURE)

    assert {order.ref for order in page.context["form"].orders} == {wished.ref, chosen.ref, quoted.ref}
    assert "16 Mar" in page.text
    assert moved.ref not in page.text
    answers = {wished: "decline", quoted: "withdraw_quote", chosen: "keep"}
    sent = {"touched": "1"} | {f"do_{order.ref}": answer for order, answer in answers.items()}
    sent |= {f"why_{order.ref}": "The roof is open." for order in answers}
    assert trainer.post(url("entry_add"), CLOSURE | sent).status_code == 302
    assert [fresh(order).status for order in answers] == ["declined", "withdrawn", "requested"]
    assert fresh(wished).activities.get(verb="order.decline").reason == "The roof is open."


def test_a_request_for_a_time_is_asked_about_and_a_draft_loses_its_hold(trainer, school, adam, buyer, outsider):
    kitchen = make_resource(school)
    offer = make_offer(school, adam, lead_time_days=1)
    make_plan(offer, [kitchen], seats=2)
    moment = datetime(2027, 3, 16, 10, tzinfo=RIGA)
    wishes = {"brief": "Lunch.", "place_mode": offer.delivery_modes[0]}
    asked, draft = (Order.draft(offer, by=by, **wishes) for by in (buyer, outsider))
    asked.hold_time(moment, by=buyer)
    asked.request(by=buyer)
    draft.hold_time(moment, by=outsider)

    page = trainer.post(url("entry_add"), CLOSURE)
    assert [order.ref for order in page.context["form"].orders] == [asked.ref]
    assert draft.seats.live().exists()
    trainer.post(url("entry_add"), CLOSURE | {"touched": "1", f"do_{asked.ref}": "keep"})

    assert not draft.seats.live().exists()
    assert asked.seats.live().exists()
    assert CalendarEntry.objects.exists()


def test_windows_that_lose_all_their_days_close_others_only_say_so(trainer, offer, buyer, adam):
    shut, spanning = make_window(offer, in_days=14, days=2), make_window(offer, in_days=10, days=10)
    asked = make_order(offer, buyer, "requested", window=shut)

    page = trainer.post(url("entry_add"), CLOSURE)
    assert (page.context["shut"], page.context["windows"]) == ([shut], [spanning])
    assert "Windows that close with these days" in page.text
    done = trainer.post(url("entry_add"), CLOSURE | {"touched": "1", f"do_{asked.ref}": "keep"}, follow=True)

    assert "1 window lies wholly on closed days and is closed to further orders." in done.text
    assert (fresh(shut).is_closed, fresh(spanning).is_closed) == (True, False)
    told = offer.activities.latest("pk")
    assert (told.actor, told.details["window"]) == (adam, str(shut))


def test_a_weekend_is_no_reason_to_close_a_window_but_a_closed_week_with_its_weekend_is(school, offer, seller):
    weekend = Window.objects.create(offer=offer, starts_on=date(2027, 3, 20), ends_on=date(2027, 3, 21), capacity=1)
    week = Window.objects.create(offer=offer, starts_on=date(2027, 3, 15), ends_on=date(2027, 3, 21), capacity=1)

    CalendarEntry.add(by=seller, kind="closure", starts_on=date(2027, 3, 15), ends_on=date(2027, 3, 19))

    assert (fresh(weekend).is_closed, fresh(week).is_closed) == (False, True)


def test_the_page_takes_the_same_queries_for_any_number_of_orders(
    trainer, offer, buyer, seller, django_assert_max_num_queries
):
    queries = []
    for count in (1, 3):
        while Order.objects.count() < count:
            agreed(offer, buyer, seller)
        with django_assert_max_num_queries(30) as counted:
            page = trainer.post(url("entry_add"), CLOSURE)
        queries.append(len(counted))

    assert "3 orders fall" in page.text
    assert queries[0] == queries[1]


def test_archiving_asks_and_does_all_at_once(trainer, school, adam, sara, offer, buyer, seller, bob):
    kept, moved, cancelled = (agreed(offer, buyer, seller) for _number in range(3))
    asked = make_order(offer, buyer, "requested")
    other = agreed(make_offer(school, adam, sara), buyer, seller)
    address = reverse("marketplace:offer_archive", args=[offer.ref])

    page = trainer.get(address).text
    assert "3 orders run on it" in page
    assert "1 more order is open" in page
    assert other.ref not in page
    sent = {"touched": "1", f"do_{kept.ref}": "keep"}
    for order, answer in ((moved, "ask_new_time"), (cancelled, "cancel")):
        sent |= {f"do_{order.ref}": answer, f"why_{order.ref}": "The trainer leaves."}
    trainer.post(address, sent)

    assert [fresh(order).status for order in (kept, moved, cancelled)] == ["scheduled", "scheduled", "cancelled"]
    assert fresh(moved).is_new_time_asked
    assert fresh(asked).status == "requested"
    assert fresh(offer).status == "archived"
    assert "This cannot be done any more" in trainer.post(address, sent, follow=True).text


def test_archiving_fails_whole(trainer, offer, buyer, seller):
    first, second = agreed(offer, buyer, seller), agreed(offer, buyer, seller)
    address = reverse("marketplace:offer_archive", args=[offer.ref])

    page = trainer.post(address, {"touched": "1", f"do_{first.ref}": "cancel", f"why_{first.ref}": "It is over."})

    assert page.status_code == 422
    assert [fresh(order).status for order in (first, second)] == ["scheduled", "scheduled"]
    assert fresh(offer).status == "published"

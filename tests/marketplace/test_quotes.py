"""Quotes: sums, versions, negotiation, acceptance, and instant booking at the offer's price."""

import random
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal

import pytest
from django.utils import timezone

from accounts.models import Refusal
from marketplace.models import Order, Quote, QuoteLine, Window
from marketplace.models.quotes import offer_total
from tests.factories import LINE, make_member, make_offer, make_order, make_user, make_window, member


def line(price, quantity="1", rate=None):
    return LINE | {"unit_price": Decimal(price), "quantity": Decimal(quantity), "vat_rate": rate and Decimal(rate)}


def test_lines_add_up_in_200_quotes(offer, buyer, seller):
    rnd = random.Random(7)
    order = make_order(offer, buyer, "requested")
    for _number in range(200):
        rows = [
            line(f"{rnd.randint(0, 9999)}.{rnd.randint(0, 99):02}", f"{rnd.randint(1, 99)}.{rnd.randint(0, 99):02}",
                 rnd.choice([None, "0", "5", "12.5", "21", "23"]))
            for _line in range(rnd.randint(1, 6))
        ]  # fmt: skip

        quote = Quote.next_version(order, rows, by=seller)

        quote.refresh_from_db()
        nets = [(row["quantity"] * row["unit_price"]).quantize(Decimal("0.01"), ROUND_HALF_UP) for row in rows]
        vats = [
            (net * (row["vat_rate"] or 0) / 100).quantize(Decimal("0.01"), ROUND_HALF_UP)
            for net, row in zip(nets, rows, strict=True)
        ]
        assert (quote.net, quote.vat, quote.gross) == (sum(nets), sum(vats), sum(nets) + sum(vats))
        assert [stored.net for stored in quote.lines.all()] == nets


@pytest.mark.parametrize(
    "wrong",
    [
        [],
        [line("10", "0")],
        [line("10", "-1")],
        [line("-0.01")],
        [line("10", rate="100")],
        [line("10", rate="-1")],
        [line("9999999.99", "9999999.99")],
    ],
)
def test_impossible_lines_are_refused(wrong, offer, buyer, seller):
    order = make_order(offer, buyer, "requested")

    with pytest.raises(Refusal):
        order.quote(wrong, by=seller)

    assert (order.quotes.count(), Order.objects.get().status) == (0, "requested")


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        ({"valid_until": timedelta(days=-2)}, "valid_until"),
        ({"starts_on": timedelta(days=9), "ends_on": timedelta(days=8)}, "ends_on"),
    ],
)
def test_impossible_dates_are_refused(terms, field, offer, buyer, seller):
    order = make_order(offer, buyer, "requested")

    with pytest.raises(Refusal) as refused:
        order.quote([LINE], by=seller, **{name: timezone.localdate() + days for name, days in terms.items()})

    assert refused.value.field == field


def test_a_quote_is_valid_for_two_weeks(offer, buyer):
    quote = make_order(offer, buyer, "quoted").latest_quote

    assert quote.valid_until - timezone.localdate() in {timedelta(days=14), timedelta(days=15)}


def test_the_accepted_quote_is_a_snapshot(offer, buyer):
    order = make_order(offer, buyer, "scheduled")

    offer.price = Decimal("999.00")
    offer.save()

    order.refresh_from_db()
    assert (order.net, order.vat, order.gross, order.currency) == (200, 0, 200, "EUR")
    assert order.quotes.get().accepted_at == order.accepted_at


def test_versions_are_kept(offer, buyer, seller):
    order = make_order(offer, buyer, "countered")
    order.quote([line("150")], by=seller)

    assert list(order.quotes.values_list("version", "gross")) == [(1, Decimal("200.00")), (2, Decimal("150.00"))]
    assert order.counters.get().quote.version == 1


def test_only_the_newest_version_can_be_accepted(offer, buyer, seller):
    order = make_order(offer, buyer, "countered")
    order.quote([line("150")], by=seller)

    for version in (0, 1, 3):
        with pytest.raises(Refusal):
            order.accept(version, by=buyer)
    order.accept(2, by=buyer)

    assert order.gross == 150


def test_quotes_past_their_date_cannot_be_accepted(offer, buyer):
    order = make_order(offer, buyer, "quoted")
    Quote.objects.update(valid_until=timezone.localdate() - timedelta(days=2))

    with pytest.raises(Refusal):
        order.accept(1, by=buyer)


def test_six_rounds_of_negotiation(offer, buyer, seller):
    order = make_order(offer, buyer, "quoted")
    for _round in range(6):
        order.counter("Less, please.", by=buyer)
        order.quote([LINE], by=seller)

    with pytest.raises(Refusal):
        order.counter("Less, please.", by=buyer)

    assert (order.counters.count(), order.quotes.count()) == (6, 7)


def test_above_the_limit_an_owner_decides(offer, buyer, company):
    company.approval_limit = Decimal("199.99")
    company.save()
    staff = member(make_member(make_user(), company).user, company)
    order = make_order(offer, staff, "quoted")

    with pytest.raises(Refusal):
        order.accept(1, by=staff)
    order.accept(1, by=buyer)

    assert order.status == "scheduled"


# --- Windows ---
def test_accepting_takes_a_place_and_cancelling_gives_it_back(offer, buyer, seller):
    window = make_window(offer, capacity=1)
    order = make_order(offer, buyer, "requested", window=window)
    order.quote([LINE], by=seller, window=window)
    assert Window.objects.get().taken == 0

    order.accept(1, by=buyer)
    assert (Window.objects.get().taken, order.starts_on, order.ends_on) == (1, window.starts_on, window.ends_on)
    order.cancel(by=seller, reason="The workshop burnt down.")

    assert Window.objects.get().taken == 0


def test_a_full_window_cannot_be_accepted(offer, buyer, seller):
    window = make_window(offer, capacity=1)
    first, second = (make_order(offer, buyer, "requested", window=window) for _number in range(2))
    for order in (first, second):
        order.quote([LINE], by=seller, window=window)
    first.accept(1, by=buyer)

    with pytest.raises(Refusal) as refused:
        second.accept(1, by=buyer)

    assert refused.value.field == "window"
    assert Order.objects.get(pk=second.pk).status == "quoted"
    assert not second.quotes.exclude(accepted_at=None).exists()


def test_those_who_negotiate_for_a_full_window_are_told(offer, buyer, seller, bob):
    window = make_window(offer, capacity=1)
    waiting, quoted, first = (make_order(offer, buyer, "requested") for _number in range(3))
    Order.objects.filter(pk=waiting.pk).update(window=window)
    for order in (quoted, first):
        order.quote([LINE], by=seller, window=window)
    first.accept(1, by=buyer)
    assert window.timers.get().verb == "tell_full"

    window.timers.get().ring()

    told = {order.pk for order in Order.objects.all() if order.activities.filter(verb="order.window_full").exists()}
    assert told == {waiting.pk, quoted.pk}


# --- Instant booking ---
@pytest.mark.parametrize(
    ("fields", "quantity", "package", "sums"),
    [
        ({"price_model": "FIX", "price": "180.00", "vat_rate": None}, 1, None, ("180.00", "0.00", "180.00")),
        ({"price_model": "FIX", "price": "180.00", "vat_rate": "21"}, 1, None, ("180.00", "37.80", "217.80")),
        ({"price_model": "PP", "price": "6.55", "vat_rate": "12"}, 33, None, ("216.15", "25.94", "242.09")),
        ({"price_model": "UNIT", "price": "0.64", "vat_rate": "21"}, 7, None, ("4.48", "0.94", "5.42")),
        ({"price_model": "PKG", "price": "90.00", "vat_rate": "21"}, 1, "M", ("160.00", "33.60", "193.60")),
    ],
)
def test_booking_at_the_offers_own_price(fields, quantity, package, sums, school, adam, buyer):
    reason = "" if fields["vat_rate"] else "Educational institution"
    offer = make_offer(school, adam, is_instant=True, vat_exemption=reason, **fields)
    for code, price in (("S", 90), ("M", 160)) if package else ():
        offer.packages.create(code=code, price=price, texts={"en": {"name": f"Size {code}"}})
    offer.refresh_from_db()
    chosen = offer.packages.filter(code=package).first()
    order = Order.draft(
        offer, by=buyer, window=make_window(offer), quantity=quantity, package=chosen, place_mode="remote"
    )

    order.book(by=buyer)

    order.refresh_from_db()
    total = offer_total(offer, quantity, chosen)
    expected = tuple(Decimal(amount) for amount in sums)
    assert (order.net, order.vat, order.gross) == expected
    assert (total.net, total.vat, total.gross) == expected
    assert (order.status, order.is_instant, order.window.taken) == ("scheduled", True, 1)
    assert order.package_name == (f"Size {package}" if package else "")
    assert QuoteLine.objects.get().net == expected[0]
    assert [n.recipient for n in order.activities.last().notifications.all()] == [adam]
    assert order.requested_at


@pytest.mark.parametrize(
    "fields",
    [
        {"is_instant": False},
        {"is_instant": True, "price_to": Decimal("300")},
        {"is_instant": True, "price": None},
    ],
)
def test_what_has_no_fixed_price_cannot_be_booked(fields, school, adam, buyer):
    offer = make_offer(school, adam, **fields)
    order = Order.draft(offer, by=buyer, window=make_window(offer), place_mode="remote")

    with pytest.raises(Refusal):
        order.book(by=buyer)

    assert Order.objects.get().status == "draft"
    assert Window.objects.get().taken == 0


def test_a_package_of_another_offer_is_refused(school, adam, buyer):
    offers = [make_offer(school, adam, price_model="PKG", is_instant=True) for _number in range(2)]
    cheap = offers[1].packages.create(code="S", price=1, texts={"en": {"name": "S"}})
    order = Order.draft(offers[0], by=buyer, window=make_window(offers[0]), package=cheap, place_mode="remote")

    with pytest.raises(Refusal) as refused:
        order.book(by=buyer)

    assert refused.value.field == "package"


def test_a_window_of_another_offer_is_refused(school, adam, buyer):
    offers = [make_offer(school, adam, is_instant=True) for _number in range(2)]
    order = Order.draft(offers[0], by=buyer, window=make_window(offers[1]), place_mode="remote")

    with pytest.raises(Refusal) as refused:
        order.book(by=buyer)

    assert refused.value.field == "window"


def test_booking_without_a_window_is_refused(school, adam, buyer):
    order = Order.draft(make_offer(school, adam, is_instant=True), by=buyer, place_mode="remote")

    with pytest.raises(Refusal):
        order.book(by=buyer)

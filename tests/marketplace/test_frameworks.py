"""Framework agreements: their lifecycle, and the orders that take their prices."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import InvalidTransition, Refusal
from marketplace.models import Framework, Order
from tests import factories
from tests.factories import PASSWORD, make_offer, make_order, make_window

VERBS = ("change", "discard", "propose", "take_back", "refuse", "accept", "give_notice", "end")
ALLOWED = {
    "draft": {"change", "discard", "propose"},
    "proposed": {"take_back", "refuse", "accept", "end"},
    "active": {"give_notice", "end"},
    "ended": set(),
}


@pytest.fixture
def head(alice, school):
    return factories.member(alice, school)


def terms(offer, days=365, price=None, **fields):
    today = timezone.localdate()
    last = today + timedelta(days=days)
    return {
        "title": "Websites in 2027", "services": {offer: price}, "discount": Decimal(10), "valid_from": today,
        "valid_until": last, "fixed_until": last, "max_orders": None, "max_net": None, "notice_days": 30, "text": "",
    } | fields  # fmt: skip


def make_framework(offer, buyer, head, status="active", **fields):
    framework = Framework.draft(by=buyer, buyer=buyer.organisation, school=head.organisation, **terms(offer, **fields))
    if status != "draft":
        framework.propose(by=buyer)
    if status in {"active", "ended"}:
        accept(framework, head)
    if status == "ended":
        framework.end(by=None)
    return framework


def accept(framework, by):
    framework.accept(framework.proposed_at.isoformat(), by=by, method="password")


def call(framework, verb, offer, buyer, head):
    steps = {
        "change": lambda: framework.change(by=buyer, **terms(offer)),
        "refuse": lambda: framework.refuse(by=head, reason="Too long."),
        "accept": lambda: framework.accept(
            framework.proposed_at.isoformat() if framework.proposed_at else "", by=head, method="password"
        ),
        "give_notice": lambda: framework.give_notice(by=buyer, reason="We move."),
        "end": lambda: framework.end(by=None),
    }
    steps.get(verb, lambda: getattr(framework, verb)(by=buyer))()


@pytest.mark.parametrize("status", ALLOWED)
@pytest.mark.parametrize("verb", VERBS)
def test_each_verb_in_each_state(verb, status, offer, buyer, head):
    framework = make_framework(offer, buyer, head, status)
    before = framework.activities.count()

    if verb in ALLOWED[status]:
        call(framework, verb, offer, buyer, head)
        assert framework.activities.count() == before + 1
    else:
        with pytest.raises(InvalidTransition):
            call(framework, verb, offer, buyer, head)
        assert framework.activities.count() == before


def test_only_a_signatory_of_the_other_side_accepts_what_was_read(offer, buyer, head, seller, outsider):
    framework = make_framework(offer, buyer, head, "proposed")
    told = framework.activities.get(verb="framework.propose").notifications.values_list("recipient__email", flat=True)

    assert list(told) == [head.user.email]
    for by in (buyer, seller, outsider):
        with pytest.raises(PermissionDenied):
            accept(framework, by)
    with pytest.raises(Refusal):
        framework.accept("2020-01-01", by=head, method="password")
    accept(framework, head)

    told = framework.activities.get(verb="framework.accept").notifications.values_list("recipient__email", flat=True)
    assert (framework.status, framework.accepted_by, list(told)) == ("active", head.user, [buyer.user.email])


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"days": 1200}, "valid_until"), ({"days": -1}, "valid_until"), ({"discount": Decimal(91)}, "discount"),
        ({"fixed_until": timezone.localdate() - timedelta(days=9)}, "fixed_until"), ({"services": {}}, "services"),
    ],
)  # fmt: skip
def test_terms_that_do_not_fit_are_refused(wrong, field, offer, buyer, head):
    with pytest.raises(Refusal) as refusal:
        make_framework(offer, buyer, head, **wrong)

    assert (refusal.value.field, Framework.objects.count()) == (field, 0)


def test_the_database_keeps_it_to_three_years(offer, buyer, head):
    framework = make_framework(offer, buyer, head)

    with pytest.raises(IntegrityError), transaction.atomic():
        Framework.objects.filter(pk=framework.pk).update(valid_until=framework.valid_from + timedelta(days=1200))


def test_a_service_of_another_school_is_refused(offer, other_offer, buyer, head):
    with pytest.raises(Refusal):
        make_framework(offer, buyer, head, services={other_offer: None})


def test_a_request_with_a_date_is_quoted_at_once_at_its_price(offer, buyer, head, seller):
    framework = make_framework(offer, buyer, head)
    window = make_window(offer)

    order = make_order(offer, buyer, "requested", window=window)

    order.refresh_from_db()
    quote = order.latest_quote
    assert (order.status, order.framework, quote.net, quote.author) == ("quoted", framework, Decimal("162.00"), None)
    told = order.activities.get(verb="order.quote_by_framework").notifications.values_list(
        "recipient__email", flat=True
    )
    assert set(told) == {"bob@company.example", "adam@school.example", "sara@school.example"}
    order.accept(1, by=buyer)
    assert (order.status, order.net, order.starts_on) == ("scheduled", Decimal("162.00"), window.starts_on)


def test_a_price_of_its_own_comes_before_the_discount(offer, buyer, head):
    make_framework(offer, buyer, head, price=Decimal("99.00"))

    order = make_order(offer, buyer, wished_on=timezone.localdate() + timedelta(days=40))

    assert (order.latest_quote.net, order.latest_quote.starts_on) == (Decimal("99.00"), order.wished_on)


def test_without_a_date_the_school_quotes(offer, buyer, head):
    make_framework(offer, buyer, head)

    order = make_order(offer, buyer)

    assert (order.status, order.framework, order.latest_quote) == ("requested", None, None)


def test_others_and_other_services_have_their_own_prices(offer, school, adam, buyer, outsider, head):
    make_framework(offer, buyer, head)
    other = make_offer(school, adam)

    for by, asked in ((outsider, offer), (buyer, other)):
        order = make_order(asked, by, window=make_window(asked))
        assert (order.status, order.framework) == ("requested", None)


@pytest.mark.parametrize("status", ["draft", "proposed", "ended"])
def test_only_one_in_force_holds(status, offer, buyer, head):
    make_framework(offer, buyer, head, status)

    assert make_order(offer, buyer, window=make_window(offer)).framework is None


def test_the_booking_page_shows_its_price_and_books_at_it(school, adam, sara, bob, buyer, head, signed_in):
    offer = make_offer(school, adam, sara, is_instant=True)
    window, framework = make_window(offer), make_framework(offer, buyer, head)
    client = signed_in(bob)

    page = client.get(reverse("marketplace:order_new", args=[offer.slug]))
    assert (page.context["total"].gross, framework.title in page.text) == (Decimal("162.00"), True)
    sent = {"window": window.pk, "place_mode": "remote", "brief": "A site.", "seen": "162.00"}
    client.post(reverse("marketplace:order_book", args=[offer.slug]), sent)

    order = Order.objects.get()
    assert (order.status, order.net, order.framework) == ("scheduled", Decimal("162.00"), framework)


def test_the_cap_of_orders_ends_it(offer, buyer, head):
    framework, window = make_framework(offer, buyer, head, max_orders=1), make_window(offer, capacity=3)
    first, second = (make_order(offer, buyer, window=window) for _number in range(2))

    first.accept(1, by=buyer)

    framework.refresh_from_db()
    assert (framework.status, framework.activities.last().details["why"]) == ("ended", "cap")
    assert make_order(offer, buyer, window=window).framework is None
    second.accept(1, by=buyer)  # what was quoted stands
    assert second.net == Decimal("162.00")


def test_nothing_goes_above_the_total(offer, buyer, head):
    make_framework(offer, buyer, head, max_net=Decimal("200.00"))
    window = make_window(offer)
    first, second = (make_order(offer, buyer, window=window) for _number in range(2))
    first.accept(1, by=buyer)

    with pytest.raises(Refusal):
        second.accept(1, by=buyer)

    second.refresh_from_db()
    assert second.status == "quoted"


def test_what_would_go_above_the_total_is_not_under_it(offer, buyer, head):
    make_framework(offer, buyer, head, max_net=Decimal("100.00"))

    assert make_order(offer, buyer, window=make_window(offer)).framework is None


def test_another_quote_of_the_school_is_not_under_it(offer, buyer, head, seller):
    make_framework(offer, buyer, head)
    order = make_order(offer, buyer, window=make_window(offer))
    order.counter("With a shop, please.", by=buyer)

    order.quote([factories.LINE], by=seller)

    order.refresh_from_db()
    assert (order.framework, order.latest_quote.net) == (None, Decimal("200.00"))


def test_notice_moves_the_end_and_leaves_orders_alone(offer, buyer, head, seller):
    framework = make_framework(offer, buyer, head)
    order = make_order(offer, buyer, window=make_window(offer))
    with pytest.raises(PermissionDenied):
        framework.give_notice(by=seller, reason="No class.")

    framework.give_notice(by=head, reason="No class.")

    assert framework.ends_on == framework.today + timedelta(days=30)
    assert framework.timers.get(verb="end").due_at == framework.midnight_after(framework.ends_on)
    assert framework.activities.last().notifications.get().recipient == buyer.user
    with pytest.raises(Refusal):
        framework.give_notice(by=head, reason="Again.")
    framework.end(by=None)
    order.refresh_from_db()
    assert (framework.status, order.status, order.framework) == ("ended", "quoted", framework)


def test_from_the_form_to_the_acceptance(offer, school, buyer, bob, alice, charlie, signed_in):
    client = signed_in(bob)
    url = reverse("marketplace:framework_buy", args=[school.slug])
    typed = {name: str(value or "") for name, value in terms(offer).items() if name != "services"}
    failed = client.post(url, typed | {"text": "Kept words."})
    assert (failed.status_code, "Kept words." in failed.text, "Choose at least one service." in failed.text) == (
        422, True, True,
    )  # fmt: skip
    assert client.post(url, typed | {"services": [offer.pk]}).status_code == 302
    framework = Framework.objects.get()
    page, accepting = framework.get_absolute_url(), reverse("marketplace:framework_accept", args=[framework.ref])
    assert signed_in(alice).get(page).status_code == 404

    signed_in(bob).post(reverse("marketplace:framework_propose", args=[framework.ref]))
    assert signed_in(charlie).get(page).status_code == 404
    client = signed_in(alice)
    assert "Read and accept" in client.get(page).text
    assert client.get(accepting).status_code == 302  # proves who she is first
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    seen = client.get(accepting).context["form"].initial["seen"]
    assert client.post(accepting, {"seen": seen}).status_code == 422
    client.post(accepting, {"seen": seen, "has_read": "on"})

    framework.refresh_from_db()
    assert (framework.status, framework.accepted_by) == ("active", alice)

"""Invoice sheets that add up everywhere, and what a school records of its invoices."""

import csv
import io
import random
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader
from stdnum import iso11649

from accounts.models import Activity, InvalidTransition, Notification, Refusal
from accounts.notifications import send_due
from marketplace.models import BankAccount, Invoice, Order
from marketplace.sheet_files import as_csv, as_pdf, payment_code
from marketplace.sheets import creditor_reference, sheet_of, spread
from tests.factories import make_order, member, sign
from vet2b.lib.formats import money

TODAY = timezone.localdate()
IBAN = "LV80BANK0000435195001"
RATES = (None, Decimal("0.00"), Decimal("5.00"), Decimal("12.00"), Decimal("21.00"), Decimal("23.00"))


def lines_by(rnd):
    return [
        {
            "description": f"Part {number}",
            "quantity": Decimal(rnd.randint(1, 9999)) / 100,
            "unit": rnd.choice(["", "h", "pcs"]),
            "unit_price": Decimal(rnd.randint(0, 99999)) / 100,
            "vat_rate": rnd.choice(RATES),
        }
        for number in range(rnd.randint(1, 6))
    ]


def agreed(offer, buyer, seller, lines, **terms):
    order = make_order(offer, buyer, "requested")
    order.quote(lines, by=seller, **terms)
    order.accept(1, by=buyer)
    sign(order)
    return order


@pytest.fixture
def order(offer, buyer):
    return make_order(offer, buyer, "completed")


@pytest.fixture
def account(school, alice):
    return BankAccount.objects.create(
        organisation=school, holder="Linden Vocational School", iban=IBAN, status="active", proposed_by=alice,
        active_from=timezone.now(),
    )  # fmt: skip


def url(name, order):
    return reverse(f"marketplace:{name}", args=[order.ref])


def snapshot(order):
    return (
        Order.objects.filter(pk=order.pk).values().get(), list(Invoice.objects.values()), Activity.objects.count(),
        Notification.objects.count(),
    )  # fmt: skip


def told(verb):
    return list(Notification.objects.filter(activity__verb=verb).values_list("recipient__email", flat=True))


@pytest.mark.parametrize("batch", range(4))
def test_200_random_orders_say_the_same_on_page_pdf_csv_mail_and_in_the_database(
    batch, offer, buyer, seller, mona, signed_in, bob, account
):
    """50 a batch; every third is cut in price by a moderator."""
    rnd = random.Random(batch)
    client = signed_in(bob)
    for number in range(50):
        order = agreed(offer, buyer, seller, lines_by(rnd))
        order.start(by=seller)
        if number % 3 == 0 and order.net > 1:
            order.dispute(by=buyer, reason="Not all of it came.")
            cut = (order.net * rnd.randint(1, 99) / 100).quantize(Decimal("0.01"))
            order.resolve("price_cut", by=mona, reason="Some of it is missing.", net=cut)
        order.record_invoice(f"{batch}-{number}", TODAY, by=seller)
        order = Order.objects.get(pk=order.pk)

        sheet = sheet_of(order)
        totals = (order.net, order.vat, order.gross)
        assert (sheet.net, sheet.vat, sheet.gross) == totals
        assert tuple(sum(getattr(rate, name) for rate in sheet.rates) for name in ("net", "vat", "gross")) == totals
        assert_same_in_csv(sheet, totals)
        assert order.activities.get(verb="order.record_invoice").details["total"] == f"{order.gross} {order.currency}"
        if number % 10 == 0:  # pages, files and mails of every tenth, as they take longer
            assert_same_in_pdf(sheet, totals)
            page = client.get(url("order_sheet", order)).text
            assert all(money(amount, order.currency, cents=True) in page for amount in totals)
            mail.outbox.clear()
            send_due()
            bodies = [m.body for m in mail.outbox if f"invoice {batch}-{number} of" in m.body]
            assert [f"{order.gross} {order.currency}" in body for body in bodies] == [True]


def assert_same_in_csv(sheet, totals):
    rows = list(csv.DictReader(io.StringIO(as_csv(sheet))))
    lines, [total] = rows[:-1], rows[-1:]
    columns = ("Net", "VAT", "Gross")
    assert tuple(Decimal(total[name]) for name in columns) == totals
    assert tuple(sum(Decimal(line[name]) for line in lines) for name in columns) == totals


def assert_same_in_pdf(sheet, totals):
    text = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(as_pdf(sheet))).pages)
    assert all(f"{amount:.2f}" in text for amount in totals)
    assert "This is not an invoice" in text
    assert sheet.reference in text


def test_a_price_cut_is_spread_over_the_rates(offer, buyer, seller, mona):
    lines = [
        {"description": "Food", "quantity": 1, "unit": "", "unit_price": Decimal("100.00"), "vat_rate": Decimal(12)},
        {"description": "Work", "quantity": 1, "unit": "", "unit_price": Decimal("300.00"), "vat_rate": Decimal(21)},
    ]
    order = agreed(offer, buyer, seller, lines)
    order.start(by=seller)
    order.dispute(by=buyer, reason="Late.")
    order.resolve("price_cut", by=mona, reason="Late.", net=Decimal("200.00"))

    sheet = sheet_of(Order.objects.get(pk=order.pk))

    assert [(rate.rate, rate.net, rate.vat) for rate in sheet.rates] == [
        (Decimal(12), Decimal("50.00"), Decimal("6.00")), (Decimal(21), Decimal("150.00"), Decimal("31.50")),
    ]  # fmt: skip
    assert [line.description for line in sheet.lines] == ["Food", "Work", "Price cut", "Price cut"]


def test_later_prices_of_the_offer_change_nothing(order, offer):
    before = sheet_of(order).gross
    offer.price = Decimal("999.00")
    offer.save(update_fields=["price"])

    assert sheet_of(Order.objects.get(pk=order.pk)).gross == before


@pytest.mark.parametrize(("amount", "weights"), [("-10.00", "1 1 1"), ("0.01", "5 5"), ("-0.05", "0 0"), ("7", "3 0")])
def test_spreading_loses_no_cent(amount, weights):
    parts = spread(Decimal(amount), [Decimal(weight) for weight in weights.split()])

    assert sum(parts) == Decimal(amount)


def test_references_are_valid_and_carry_the_number_of_the_order(order):
    reference = creditor_reference(order.ref)

    assert iso11649.is_valid(reference)
    assert reference.endswith(order.ref.upper())


@pytest.mark.parametrize("status", ["requested", "quoted", "cancelled", "declined", "disputed"])
def test_there_is_a_sheet_only_of_what_is_agreed(offer, buyer, signed_in, bob, status):
    order = make_order(offer, buyer, status)
    client = signed_in(bob)

    for name in ("order_sheet", "sheet_csv", "sheet_pdf"):
        assert client.get(url(name, order)).status_code == 404
    assert url("order_sheet", order) not in client.get(order.get_absolute_url()).text


def test_before_completion_it_is_a_proforma(offer, buyer, signed_in, bob, order):
    early = make_order(offer, buyer, "scheduled")
    client = signed_in(bob)

    assert "Proforma sheet" in client.get(url("order_sheet", early)).text
    page = client.get(url("order_sheet", order)).text
    assert "Invoice sheet" in page
    assert "This is not an invoice." in page


def test_buyers_see_the_account_on_sheets_of_their_own_orders_only(signed_in, bob, charlie, lea, order, account):
    grouped = "LV80 BANK 0000 4351 9500 1"
    assert grouped in signed_in(bob).get(url("order_sheet", order)).text

    for person in (charlie, lea):
        client = signed_in(person)
        for name in ("order_sheet", "sheet_csv", "sheet_pdf"):
            assert client.get(url(name, order)).status_code == 404
    assert IBAN not in client.get(order.seller.get_absolute_url()).text
    assert grouped not in signed_in(bob).get(order.get_absolute_url()).text


def test_the_code_says_what_is_to_pay(order, account, signed_in, bob):
    sheet = sheet_of(order)
    code = payment_code(sheet)

    from segno.helpers import make_epc_qr  # noqa: PLC0415

    same = make_epc_qr(name=account.holder, iban=IBAN, amount=order.gross, reference=sheet.reference)
    assert code == same
    page = signed_in(bob).get(url("order_sheet", order)).text
    assert "<svg" in page[page.index("sheet-code") :]
    assert "style=" not in page[page.index("sheet-code") : page.index("</svg>", page.index("sheet-code"))]


def test_no_code_without_an_account_in_another_currency_or_for_nothing(order, offer, buyer, seller, account):
    assert payment_code(sheet_of(order))
    order.currency = "PLN"
    assert payment_code(sheet_of(order)) is None

    free = agreed(
        offer, buyer, seller, [{"description": "Free", "quantity": 1, "unit_price": Decimal(0), "vat_rate": None}]
    )
    assert payment_code(sheet_of(free)) is None
    account.delete()
    order.currency = "EUR"
    assert payment_code(sheet_of(order)) is None


@pytest.mark.parametrize("words", ["=1+1", "+48 500", "-x", "@sum", "＝A1", "\tx"])
def test_words_never_become_formulas(offer, buyer, seller, words):
    line = {"description": f"{words}", "quantity": 1, "unit": "=h", "unit_price": Decimal("-0.00"), "vat_rate": None}
    order = agreed(offer, buyer, seller, [line])

    row = list(csv.reader(io.StringIO(as_csv(sheet_of(order)))))[1]

    assert row[2] == f"'{words}"
    assert row[4] == "'=h"


def test_csv_and_pdf_are_downloads(signed_in, bob, order):
    client = signed_in(bob)
    for name, kind in (("sheet_csv", "text/csv; charset=utf-8"), ("sheet_pdf", "application/pdf")):
        response = client.get(url(name, order))
        assert response["Content-Type"] == kind
        assert response["Content-Disposition"].startswith("attachment")


def test_the_school_records_its_invoice_and_the_payment(order, seller, adam):
    order.record_invoice(" 2026/17 ", TODAY, by=seller)
    order.record_paid(TODAY, by=seller)

    invoice = Invoice.objects.get()
    assert (invoice.number, invoice.issued_on, invoice.recorded_by) == ("2026/17", TODAY, adam)
    assert (invoice.paid_on, invoice.paid_by) == (TODAY, adam)
    assert told("order.record_invoice") == told("order.record_paid") == ["bob@company.example"]


def test_corrections_leave_a_trace(order, seller):
    order.record_invoice("17", TODAY, by=seller)
    order.record_invoice("18", TODAY - timedelta(days=1), by=seller)
    order.record_paid(TODAY, by=seller)
    order.record_paid(TODAY - timedelta(days=1), by=seller)
    order.record_paid(None, by=seller)

    invoice = Invoice.objects.get()
    assert (invoice.number, invoice.paid_on, invoice.paid_by) == ("18", None, None)
    rows = [(a.verb.removeprefix("order."), a.details) for a in order.activities if "number" in a.details]
    assert [verb for verb, _details in rows] == [
        "record_invoice", "correct_invoice", "record_paid", "correct_paid", "record_unpaid",
    ]  # fmt: skip
    assert (rows[1][1]["old_number"], rows[3][1]["old_paid_on"]) == ("17", TODAY.isoformat())
    assert all(str(a.line) for a in order.activities)


def test_recording_the_same_again_does_nothing(order, seller):
    order.record_invoice("17", TODAY, by=seller)
    order.record_paid(TODAY, by=seller)
    before = snapshot(order)

    order.record_invoice("17", TODAY, by=seller)
    order.record_paid(TODAY, by=seller)
    assert snapshot(order) == before


def test_what_cannot_be_is_refused(order, seller, offer, buyer, outsider, lea, school, mona):
    before = snapshot(order)
    tomorrow = TODAY + timedelta(days=2)

    for refused in (
        lambda: order.record_invoice(" ", TODAY, by=seller), lambda: order.record_invoice("17", tomorrow, by=seller),
        lambda: order.record_paid(TODAY, by=seller),
    ):  # fmt: skip
        with pytest.raises(Refusal):
            refused()
    for by in (buyer, outsider, member(lea, school), mona, None):
        with pytest.raises(PermissionDenied):
            order.record_invoice("17", TODAY, by=by)
        with pytest.raises(PermissionDenied):
            order.record_paid(TODAY, by=by)
    for status in ("scheduled", "requested", "cancelled", "disputed"):
        with pytest.raises(InvalidTransition):
            make_order(offer, buyer, status).record_invoice("17", TODAY, by=seller)
    assert snapshot(order)[:2] == before[:2]


def test_the_database_keeps_invoices_whole(order, adam):
    for wrong in ({"number": ""}, {"paid_on": date(2026, 1, 1)}, {"paid_by": adam}):
        fields = {"order": order, "number": "1", "issued_on": TODAY, "recorded_by": adam} | wrong
        with pytest.raises(IntegrityError), transaction.atomic():
            Invoice.objects.create(**fields)


def test_the_page_records_both(signed_in, adam, bob, order):
    client = signed_in(adam)
    assert client.post(url("invoice_paid", order), {"paid_on": TODAY}).status_code == 404
    wrong = client.post(url("invoice_record", order), {"number": "Kept 17", "issued_on": "no day"})
    assert wrong.status_code == 422
    assert "Kept 17" in wrong.text

    assert client.post(url("invoice_record", order), {"number": "17", "issued_on": TODAY}).status_code == 302
    assert client.post(url("invoice_paid", order), {"paid_on": TODAY + timedelta(days=5)}).status_code == 422
    assert client.post(url("invoice_paid", order), {"paid_on": TODAY}).status_code == 302
    assert "Paid on" in client.get(order.get_absolute_url()).text
    assert client.post(url("invoice_paid", order), {"paid_on": ""}).status_code == 302

    client = signed_in(bob)
    assert "not paid yet" in client.get(order.get_absolute_url()).text
    assert "invoice_form" not in client.get(url("order_sheet", order)).context
    before = snapshot(order)
    assert client.post(url("invoice_record", order), {"number": "18", "issued_on": TODAY}).status_code == 403
    assert client.post(url("invoice_paid", order), {"paid_on": TODAY}).status_code == 403
    assert snapshot(order) == before


def test_sheets_take_the_same_statements_for_any_number_of_lines(
    offer, buyer, seller, signed_in, bob, account, django_assert_num_queries
):
    client, counts = signed_in(bob), []
    for count in (1, 3):
        line = {"description": "Part", "quantity": 1, "unit_price": Decimal(10), "vat_rate": None}
        order = agreed(offer, buyer, seller, [line] * count)
        client.get(url("order_sheet", order))
        with django_assert_num_queries(counts[0] if counts else 99, exact=bool(counts)) as captured:
            client.get(url("order_sheet", order))
        counts.append(len(captured))

"""The invoice sheet as a table for spreadsheets, as a PDF, and as a code that banking apps read."""

from __future__ import annotations

import csv
from decimal import Decimal
from io import BytesIO, StringIO

from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from segno import QRCode
from segno.helpers import make_epc_qr

from accounts.models import Organisation
from marketplace.sheets import Line, Sheet
from vet2b.lib import formats
from vet2b.lib.cells import safe_cell
from vet2b.lib.pdf import Document


def notice_words(sheet: Sheet) -> str:
    return _(
        "This is not an invoice. The school issues the invoice under its own rules; VET2B takes no payment and no fee."
    )


def title_words(sheet: Sheet) -> str:
    return _("Proforma sheet") if sheet.is_proforma else _("Invoice sheet")


def rate_words(rate: Decimal | None) -> str:
    return _("exempt") if rate is None else f"{rate.normalize():f} %"


def amount_words(amount: Decimal) -> str:
    """A plain number, which spreadsheets and people read alike."""
    return f"{amount:.2f}"


def as_csv(sheet: Sheet) -> str:
    """Amounts are numbers with a point; what people wrote is guarded against formulas."""
    out = StringIO()
    writer = csv.writer(out)
    head = [_("Order"), _("Reference"), _("What"), _("Quantity"), _("Unit"), _("Net price of one")]
    writer.writerow([*head, _("Net"), _("VAT rate"), _("VAT"), _("Gross"), _("Currency")])
    for line in sheet.lines:
        writer.writerow(
            [sheet.order.ref, sheet.reference, safe_cell(line.description), line.quantity, safe_cell(line.unit),
             line.unit_price, line.net, "" if line.rate is None else line.rate, line.vat, line.gross,
             sheet.order.currency]
        )  # fmt: skip
    total = [sheet.order.ref, sheet.reference, _("Total"), "", "", "", sheet.net, "", sheet.vat, sheet.gross]
    writer.writerow([*total, sheet.order.currency])
    return out.getvalue()


def payment_code(sheet: Sheet) -> QRCode | None:
    """The European Payments Council's code for a credit transfer, where there is something to pay in euro."""
    if not sheet.can_be_scanned:
        return None
    account = sheet.account
    return make_epc_qr(
        name=account.holder, iban=account.iban, amount=sheet.gross, reference=sheet.reference, bic=account.bic or None
    )


def address_of(organisation: Organisation) -> str:
    numbers = [
        (_("Registration number"), organisation.registration_number), (_("VAT id"), organisation.vat_id)
    ]  # fmt: skip
    lines = [
        organisation.name, organisation.address, f"{organisation.postcode} {organisation.town}".strip(),
        str(organisation.country.name), *(f"{label}: {number}" for label, number in numbers if number),
    ]  # fmt: skip
    return "\n".join(line for line in lines if line)


def facts_of(sheet: Sheet) -> list[tuple[str, str]]:
    order, invoice = sheet.order, sheet.order.recorded_invoice
    facts = [(_("Order"), f"{order.title} ({order.ref})"), (_("Reference"), sheet.reference)]
    if invoice:
        facts.append((_("Invoice"), f"{invoice.number}, {formats.day(invoice.issued_on)}"))
    if order.starts_on:
        facts.append((_("Dates"), formats.day_range(order.starts_on, order.ends_on or order.starts_on)))
    if sheet.exemption and any(rate.rate is None for rate in sheet.rates):
        facts.append((_("Reason for no VAT"), sheet.exemption))
    if sheet.account:
        facts += [(_("Account holder"), sheet.account.holder), (_("IBAN"), sheet.account.grouped)]
        facts += [(_("BIC"), sheet.account.bic)] if sheet.account.bic else []
    return facts


def as_pdf(sheet: Sheet) -> bytes:
    order = sheet.order
    words = _("%(seller)s for %(buyer)s") % {"seller": order.seller.name, "buyer": order.buyer.name}
    title, created_at = title_words(sheet), order.completed_at or order.accepted_at or timezone.now()
    document = Document(
        title=f"{title} {order.ref}", language=get_language() or "en", created_at=created_at, footer=order.ref
    )
    document.title(title, words)
    document.notice(notice_words(sheet))
    document.columns(
        f"{_('School')}\n\n{address_of(order.seller)}", f"{_('Client')}\n\n{address_of(order.buyer)}"
    )  # fmt: skip
    document.facts(facts_of(sheet))
    document.table(
        [_("What"), _("Quantity"), _("Net price of one"), _("VAT rate"), _("Net")],
        [line_cells(line) for line in sheet.lines],
        widths=(44, 14, 16, 12, 14), numbers=(1, 2, 3, 4),
    )  # fmt: skip
    document.table(
        [_("VAT rate"), _("Net"), _("VAT"), _("Gross")],
        [[rate_words(r.rate), *map(amount_words, (r.net, r.vat, r.gross))] for r in sheet.rates],
        widths=(40, 20, 20, 20), numbers=(1, 2, 3),
        totals=[[f"{_('Total')} ({order.currency})", *map(amount_words, (sheet.net, sheet.vat, sheet.gross))]],
    )  # fmt: skip
    if code := payment_code(sheet):
        document.paragraph(_("Scan with a banking app to pay by transfer:"))
        document.image(png_of(code), width=35, alt=_("Code for a bank transfer"))
    return document.content()


def line_cells(line: Line) -> list[str]:
    quantity = f"{line.quantity.normalize():f} {line.unit}".strip()
    return [line.description, quantity, amount_words(line.unit_price), rate_words(line.rate), amount_words(line.net)]


def png_of(code: QRCode) -> bytes:
    out = BytesIO()
    code.save(out, kind="png", scale=6)
    return out.getvalue()

"""What moderators see of an order in dispute, beside what the parties wrote to each other."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Activity
from marketplace.change_words import rows_of
from marketplace.models import AgreementSignature, ChangeRequest, Order
from vet2b.lib.formats import day, money


def statements(order: Order) -> QuerySet[Activity]:
    """They are written for the moderator too, so reading them is no look at what is private."""
    return order.activities.filter(verb="order.state").select_related("actor")


def trail(order: Order) -> list[tuple[str, str]]:
    """Checks and students are the school's own: only how many there are."""
    rows = [*agreement_rows(order), *change_rows(order), *invoice_rows(order)]
    files, sheets = order.files.count(), order.sheets.count()
    rows.append((_("Files"), ngettext("%(n)s file", "%(n)s files", files) % {"n": files}))
    words = ngettext("%(n)s signed sheet, kept by the school", "%(n)s signed sheets, kept by the school", sheets)
    rows.append((_("Quality checks"), words % {"n": sheets} if sheets else _("none")))
    milestones = Counter(str(each.get_status_display()) for each in order.milestones.all())
    words = ", ".join(f"{status}: {number}" for status, number in milestones.items())
    rows.append((_("Milestones"), words or _("none")))
    team = order.team.live().count()
    rows.append((_("Team"), _("team of %(n)s") % {"n": team} if team else _("none")))
    return rows


def agreement_rows(order: Order) -> list[tuple[str, str]]:
    agreement = order.own_agreement
    if agreement is None:
        return [(_("Agreement"), _("none"))]
    rows = [(_("Agreement"), str(agreement.get_status_display()))]
    for version in agreement.versions.order_by("number").prefetch_related("signatures__organisation"):
        signed = ", ".join(signature_words(each) for each in version.signatures.all())
        rows.append((_("Version %(n)s") % {"n": version.number}, signed or _("not signed")))
    return rows


def signature_words(signature: AgreementSignature) -> str:
    words = _("%(organisation)s on %(day)s") % {
        "organisation": signature.organisation.name,
        "day": day(signature.signed_at.date()),
    }
    return _("%(signature)s (void)") % {"signature": words} if signature.voided_at else words


def change_rows(order: Order) -> list[tuple[str, str]]:
    """Why is what the parties wrote to each other, and stays with them."""
    rows = []
    for change in order.changes.select_related("organisation", "order"):
        what = ", ".join(row.name for row in rows_of(terms(change)))
        rows.append((_("Change of %(what)s") % {"what": what}, answer_words(change)))
    return rows


def terms(change: ChangeRequest) -> dict[str, Any]:
    return {"currency": change.order.currency, "before": change.before, "after": change.after}


def answer_words(change: ChangeRequest) -> str:
    words = _("asked by %(organisation)s on %(day)s: %(answer)s") % {
        "organisation": change.organisation.name,
        "day": day(change.created_at.date()),
        "answer": change.get_answer_display(),
    }
    return _("%(words)s, signed") % {"words": words} if change.sha256 else words


def invoice_rows(order: Order) -> list[tuple[str, str]]:
    invoice = order.recorded_invoice
    if invoice is None:
        return [(_("Invoice"), _("not recorded"))]
    words = _("%(number)s of %(day)s, %(total)s") % {
        "number": invoice.number,
        "day": day(invoice.issued_on),
        "total": money(order.gross, order.currency, cents=True),
    }
    paid = _("on %(day)s") % {"day": day(invoice.paid_on)} if invoice.paid_on else _("not recorded")
    return [(_("Invoice"), words), (_("Paid"), paid)]

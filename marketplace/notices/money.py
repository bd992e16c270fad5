"""The words of invoices, payments and bank accounts."""

from django.utils.translation import gettext_lazy as _

from accounts.notices import Notice, day_of, register

SHEET = {
    "kind": "order", "url_name": "marketplace:order_sheet", "button": _("Open the sheet"),
    "codes": dict.fromkeys(("issued_on", "old_issued_on", "paid_on", "old_paid_on"), day_of),
}  # fmt: skip
BANK = {"kind": "organisation", "url_name": "accounts:organisation_home", "button": _("Open your organisation")}

register(
    {
        "order.record_invoice": Notice(
            title=_("Invoice %(number)s: %(title)s"), told=_("%(by)s recorded invoice %(number)s of %(issued_on)s: %(total)s"),
            body=_("%(seller)s has issued invoice %(number)s of %(issued_on)s over %(total)s, VAT included. The invoice itself comes from the school. Compare its bank account with the one on the sheet of the order before you pay."), **SHEET,
        ),
        "order.correct_invoice": Notice(
            title=_("Corrected: invoice %(number)s: %(title)s"),
            told=_("%(by)s corrected the invoice from %(old_number)s of %(old_issued_on)s to %(number)s of %(issued_on)s"),
            body=_("It was recorded as %(old_number)s of %(old_issued_on)s, and is invoice %(number)s of %(issued_on)s over %(total)s."), **SHEET,
        ),
        "order.record_paid": Notice(
            title=_("Paid: %(title)s"), told=_("%(by)s recorded that invoice %(number)s was paid on %(paid_on)s"),
            body=_("The school has your payment of %(total)s for invoice %(number)s. Thank you."), **SHEET,
        ),
        "order.correct_paid": Notice(
            title=_("Corrected: paid on %(paid_on)s: %(title)s"),
            told=_("%(by)s corrected the day of payment from %(old_paid_on)s to %(paid_on)s"), **SHEET,
        ),
        "order.record_unpaid": Notice(
            title=_("Not paid yet: %(title)s"), told=_("%(by)s took back that invoice %(number)s was paid on %(paid_on)s"),
            body=_("The school had recorded a payment for invoice %(number)s by mistake. %(total)s are still open."), **SHEET,
        ),
        "bankaccount.propose": Notice(kind="organisation", title=_("Bank account proposed"), told=_("It was proposed")),
        "bankaccount.confirm": Notice(kind="organisation", title=_("Bank account confirmed"), told=_("It was confirmed")),
        "bankaccount.take_effect": Notice(kind="organisation", title=_("Bank account in use"), told=_("It is in use")),
        "bankaccount.withdraw": Notice(kind="organisation", title=_("Bank account withdrawn"), told=_("It was withdrawn")),
        "bankaccount.replace": Notice(kind="organisation", title=_("Bank account replaced"), told=_("It was replaced")),
        "organisation.bank_propose": Notice(
            title=_("New bank account for %(title)s: please confirm"), told=_("%(person)s proposed the bank account %(iban)s"),
            body=_("%(person)s proposed the bank account %(iban)s for %(title)s. It is used when somebody else confirms it. If you do not know of this, withdraw it and change your passwords."), **BANK,
        ),
        "organisation.bank_wait": Notice(
            title=_("New bank account for %(title)s in 72 hours"), told=_("%(person)s proposed the bank account %(iban)s, to be used in 72 hours"),
            body=_("%(person)s proposed the bank account %(iban)s for %(title)s. Nobody else can confirm it, so it is used after 72 hours unless it is withdrawn. If you do not know of this, withdraw it now and change your passwords."), **BANK,
        ),
        "organisation.bank_confirm": Notice(
            title=_("The bank account of %(title)s has changed"), told=_("The bank account %(iban)s is in use"),
            body=_("From now on %(iban)s stands on the sheets for your clients."), **BANK,
        ),
        "organisation.bank_withdraw": Notice(
            title=_("The new bank account of %(title)s was withdrawn"), told=_("%(person)s withdrew the bank account %(iban)s"),
            body=_("%(person)s withdrew %(iban)s. The account in use stays."), **BANK,
        ),
    }
)  # fmt: skip

"""The words of what happens to the agreement of an order."""

from django.utils.translation import gettext_lazy as _

from accounts.notices import Notice, register
from marketplace.models.agreement_rules import Reason

AGREEMENT = {"kind": "order", "url_name": "marketplace:agreement_detail", "button": _("Open the agreement")}


def reasons_of(codes):
    labels = dict(Reason.choices)
    return "; ".join(str(labels[code]) for code in codes)


register(
    {
        "order.ask_for_agreement": Notice(
            title=_("%(by)s asks for a signed agreement: %(title)s"), told=_("%(by)s asked for a signed agreement"), **AGREEMENT
        ),
        "order.agreement_propose": Notice(
            title=_("Please sign the agreement: %(title)s"), told=_("An agreement waits for the signatures of both sides"),
            body=_("Before the work begins, somebody of %(seller)s and of %(buyer)s who may sign has to sign an agreement. Why: %(reasons)s.\n\nRead it, change what does not fit, and sign within 15 working days; otherwise the order expires."),
            codes={"reasons": reasons_of}, **AGREEMENT,
        ),
        "order.agreement_edit": Notice(
            title=_("%(by)s changed the agreement: %(title)s"), told=_("%(by)s made version %(number)s of the agreement; signatures are void"),
            body=_("%(by)s made version %(number)s. What was signed before is void; the page shows what is different.\n\n%(text)s"), **AGREEMENT,
        ),
        "order.agreement_amend": Notice(
            title=_("%(by)s amended the agreement: %(title)s"), told=_("%(by)s made version %(number)s of the agreement, for both sides to sign anew"),
            body=_("%(by)s made version %(number)s of the signed agreement. It counts once both sides have signed it; the page shows what is different.\n\n%(text)s"), **AGREEMENT,
        ),
        "order.agreement_sign": Notice(
            title=_("%(by)s signed the agreement: %(title)s"), told=_("%(by)s signed version %(number)s of the agreement"), **AGREEMENT
        ),
        "order.agreement_offer_paper": Notice(
            title=_("%(by)s put up a signed paper: %(title)s"), told=_("%(by)s put up the scan of a signed paper"),
            body=_("%(by)s put up the scan of an agreement that both sides signed on paper. Somebody of yours who may sign has to confirm it."), **AGREEMENT,
        ),
        "order.agreement_confirm_paper": Notice(
            title=_("%(by)s confirmed the signed paper: %(title)s"), told=_("%(by)s confirmed the signed paper"), **AGREEMENT
        ),
        "order.agreement_activate": Notice(title=_("The agreement is in force: %(title)s"), told=_("The agreement is in force"), **AGREEMENT),
        "order.agreement_end": Notice(title=_("The agreement has ended: %(title)s"), told=_("The agreement has ended"), **AGREEMENT),
        "order.agreement_terminate": Notice(
            title=_("%(by)s terminated the agreement: %(title)s"), told=_("%(by)s terminated the agreement: %(reason)s"), **AGREEMENT
        ),
        "order.warn_agreement": Notice(
            title=_("Signatures are still missing: %(title)s"), told=_("Both sides were reminded to sign the agreement"),
            body=_("10 working days have passed and the agreement is not signed by both sides. In 5 working days the order expires."),
            **(AGREEMENT | {"kind": "reminder"}),
        ),
        "order.expire_agreement": Notice(
            title=_("Expired without signatures: %(title)s"), told=_("It expired: the agreement was not signed in time"),
            body=_("15 working days have passed without the signatures of both sides, so the order ended by itself. The client can send a new request at any time."),
            kind="order", url_name="marketplace:order_detail", button=_("Open the order"),
        ),
    }
)  # fmt: skip

"""The words of what happens to reviews, and of how an order is closed."""

from django.utils.translation import gettext_lazy as _

from accounts.notices import Notice, register

REVIEW = {"kind": "order", "url_name": "marketplace:order_review", "button": _("Open the reviews")}
HISTORY = {"kind": "order"}

register(
    {
        "order.review": Notice(
            title=_("%(by)s reviewed the order: %(title)s"), told=_("%(by)s wrote its review"),
            body=_("You see it when your own review is in too, or 14 days after the order was completed. Learners are never reviewed: write about the work and the other organisation."),
            **(REVIEW | {"button": _("Write your review")}),
        ),
        "order.remind_review": Notice(
            title=_("How was it? %(title)s"), told=_("A reminder went out: a review may be written"),
            body=_("Three ratings and a few words help others. The other side sees your review only when its own is in, or when the 14 days are over."),
            **(REVIEW | {"kind": "reminder", "button": _("Write your review")}),
        ),
        "order.close": Notice(
            title=_("The reviews are published: %(title)s"), told=_("The time for reviews is over and the order is closed"),
            body=_("You can read the review of your organisation now, and reply to it once in public within 30 days."), **REVIEW,
        ),
        "review.write": Notice(title=_("Reviewed: %(title)s"), told=_("%(by)s wrote the review"), **HISTORY),
        "review.change": Notice(title=_("Changed: %(title)s"), told=_("%(by)s changed the review"), **HISTORY),
        "review.publish": Notice(title=_("Published: %(title)s"), told=_("The review was published"), **HISTORY),
        "review.answer": Notice(
            title=_("%(by)s replied to your review: %(title)s"), told=_("%(by)s replied"), body=_("%(text)s"), **REVIEW
        ),
        "review.hold": Notice(
            title=_("Your review is hidden for now: %(title)s"), told=_("It was reported, and is hidden until a moderator decides"),
            body=_("Somebody reported your review of %(about)s. Nobody sees it until a moderator has looked at it; we then write to you what was decided and why. You need not do anything."), **REVIEW,
        ),
        "review.hide": Notice(
            title=_("A review was hidden: %(title)s"), told=_("A moderator hid it: %(reason)s"),
            body=_("A moderator hid the review of %(about)s. The facts:\n\n%(reason)s"), **REVIEW,
        ),
        "review.restore": Notice(
            title=_("A review is shown again: %(title)s"), told=_("A moderator showed it again: %(reason)s"),
            body=_("A moderator looked at the review of %(about)s, and it is shown again.\n\n%(reason)s"), **REVIEW,
        ),
    }
)  # fmt: skip

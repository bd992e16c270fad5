from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership, Refusal, Report, User
from marketplace.models.surveys import Survey
from vet2b.lib.uploads import Checked

if TYPE_CHECKING:
    from marketplace.models.needs import Need
    from marketplace.models.offers import Offer
    from marketplace.models.orders import Order

MAX_OPEN = 20  # of one organisation
MAX_FILES = 10
AWARD_DAYS = 14  # after the close (E3)


class NeedVerbs:
    """Whoever locks a need and an order of it locks the need first."""

    @classmethod
    @transaction.atomic
    def draft(cls, *, by: Membership, files: Iterable[Checked] = (), **fields: Any) -> Need:
        """Shown to its organisation only."""
        if not by.can_work:
            raise PermissionDenied
        need = cls.objects.create(organisation=by.organisation, contact=by.user, **fields)
        need.record("draft", by=by)
        need.attach(files)
        return need

    @transaction.atomic
    def change(self, *, by: Membership, files: Iterable[Checked] = (), **fields: Any) -> None:
        """After the first quote it is a version that each school with a quote is asked to confirm."""
        self.guard("change", by=by)
        files, before = list(files), self.words()
        for name, value in fields.items():
            setattr(self, name, value)
        if self.is_quoted:
            self.refuse_past_days()
            self.write_version(before, by=by, has_files=bool(files))
        else:
            self.move("change", by=by, fields=list(fields))
        self.attach(files)

    def attach(self, files: Iterable[Checked]) -> None:
        """Within a verb."""
        files = list(files)
        if files and self.files.count() + len(files) > MAX_FILES:
            raise Refusal(_("At most %(n)s files.") % {"n": MAX_FILES}, field="files")
        for file in files:
            self.files.create(file=file.file, name=file.name, content_type=file.content_type, size=file.size)

    @transaction.atomic
    def submit(self, *, by: Membership) -> None:
        """Opens it to the schools, or sends it for review where the organisation is not verified or is reported."""
        self.guard("submit", by=by)
        self.refuse_past_days()
        if type(self).objects.for_organisation(self.organisation).open().count() >= MAX_OPEN:
            raise Refusal(_("You have %(n)s open needs. Withdraw one first.") % {"n": MAX_OPEN})
        if self.takes_review:
            self.move("submit", by=by, to=self.S.IN_REVIEW)
        else:
            self.open("submit", by=by)

    @property
    def takes_review(self) -> bool:
        reports = Report.objects.about(self.organisation).filter(status=Report.Status.OPEN)
        return not self.organisation.is_verified or reports.exists()

    def refuse_past_days(self) -> None:
        last = self.ends_on or self.starts_on
        if last and last < timezone.localdate(timezone=self.zone):
            raise Refusal(_("The days you named are over. Choose others."), field="starts_on")

    def open(self, verb: str, *, by: Membership | User, notify: Iterable[Any] = (), reason: str = "") -> None:
        """Within a verb: to schools, until the deadline."""
        self.opened_at, self.closes_at = self.opened_at or timezone.now(), self.deadline()
        self.move(
            verb, by=by, to=self.S.OPEN, fields=["opened_at", "closes_at", "is_extended"], notify=notify, reason=reason
        )
        self.clear_timers()
        self.set_timer("close", self.closes_at)
        self.start_inviting()

    @transaction.atomic
    def approve(self, *, by: User, reason: str = "") -> None:
        self.guard("approve", by=by)
        self.open("approve", by=by, notify=self.buyers(), reason=reason)

    @transaction.atomic
    def send_back(self, *, by: User, reason: str) -> None:
        self.guard("send_back", by=by, reason=reason)
        self.move("send_back", by=by, notify=self.buyers(), reason=reason)

    @transaction.atomic
    def take_down(self, *, by: User, reason: str) -> None:
        self.guard("take_down", by=by, reason=reason)
        self.move("take_down", by=by, notify=self.buyers(), reason=reason)
        self.clear_timers()
        self.let_go("withdrawn")

    @transaction.atomic
    def withdraw(self, *, by: Membership, reason: str = "") -> None:
        """The schools that quoted are told, and their quotes end with it."""
        self.guard("withdraw", by=by)
        self.move("withdraw", by=by, reason=reason)
        self.clear_timers()
        self.let_go("withdrawn")

    @transaction.atomic
    def extend(self, *, by: Membership) -> None:
        """Once, for as many days as at first."""
        self.guard("extend", by=by)
        if self.is_extended:
            raise Refusal(_("It was opened a second time already."))
        self.is_extended = True
        self.open("extend", by=by)

    @transaction.atomic
    def close(self, *, by: None) -> None:
        self.guard("close", by=by)
        self.move("close", by=by, notify=self.buyers(), answers=self.orders.count())
        self.set_timer("expire", timezone.now() + timedelta(days=AWARD_DAYS))

    @transaction.atomic
    def expire(self, *, by: None) -> None:
        self.guard("expire", by=by)
        self.move("expire", by=by, notify=self.buyers())
        Survey.plan_for_need(self, list(self.orders.filter(status__in=self.orders.model.NEGOTIATING)))
        self.let_go("expired")

    @transaction.atomic
    def answer(self, offer: Offer, lines: Iterable[dict[str, Any]], *, by: Membership, **terms: Any) -> Order:
        """A school quotes: its order begins in `quoted`. `offer` is the service of the school that is nearest; it
        says who leads, which class works and under which rules. `lines` and `terms` are as in `Order.quote`."""
        self.guard("answer", by=by)
        if offer.school_id != by.organisation_id or not offer.is_live:
            raise Refusal(_("Choose one of your published services."), field="offer")
        if self.orders.exclude(status__in=self.orders.model.ENDED).filter(seller=by.organisation).exists():
            raise Refusal(_("Your school has quoted already. Its quote is on the page of the order."))
        order = self.orders.create(
            buyer=self.organisation, seller=by.organisation, offer=offer, title=self.title, contact=self.contact,
            trainer=offer.trainer, substitute=offer.substitute, currency=offer.currency, status="requested",
            rounds_of_changes=offer.rounds_of_changes, wished_on=self.starts_on, place_mode=self.place_mode,
            place=self.place, brief=self.text, need_version=self.version, requested_at=timezone.now(),
        )  # fmt: skip
        order.record("open_for_need", by=by)
        order.quote(lines, by=by, **terms)
        if invitation := self.invitation_of(by.organisation):
            invitation.quote(by=by)
        self.move("answer", by=by, school=by.organisation.name)
        return order

    def award_to(self, order: Order, *, by: Membership, because: str = "", word: str = "") -> None:
        """Within the acceptance of its quote, which has locked this need first; the others are told."""
        self.guard("award", by=by)
        self.move("award", by=by, school=order.seller.name)
        self.clear_timers()
        self.let_go("awarded", but=order, because=because, word=word)

    @transaction.atomic
    def fulfil(self, *, by: None) -> None:
        self.guard("fulfil", by=by)
        self.move("fulfil", by=by)

    @transaction.atomic
    def reopen(self, *, by: None) -> None:
        """Its order was cancelled: it may be opened to the schools once more, or ends as one that was not awarded."""
        self.guard("reopen", by=by)
        self.is_extended = False
        self.move("reopen", by=by, fields=["is_extended"], notify=self.buyers())
        self.set_timer("expire", timezone.now() + timedelta(days=AWARD_DAYS))

    def let_go(self, why: str, but: Order | None = None, **told: str) -> None:
        """Ends what the schools still negotiate."""
        others = self.orders.filter(status__in=self.orders.model.NEGOTIATING).exclude(pk=but and but.pk)
        for order in others.order_by("pk"):
            order.lose(by=None, why=why, **told)

    def buyers(self) -> list[tuple[User, Any]]:
        return [(self.contact, self.organisation)]

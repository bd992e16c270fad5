from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership, Refusal
from marketplace.models.agreement_texts import Stale
from marketplace.models.change_terms import Asked, facts_by_language
from marketplace.models.changes import ChangeRequest

if TYPE_CHECKING:
    from marketplace.models.agreements import Agreement

Signed = Mapping[str, str]  # name, function, method and the sha256 of the terms


class Changes:
    """How the two sides of a running order change what they agreed on. The quote stays as it was."""

    @property
    def open_change(self) -> ChangeRequest | None:
        return self.changes.filter(answer="").select_related("organisation", "asked_by").first()

    @property
    def sealing_agreement(self) -> Agreement | None:
        """The signed one that a change must be signed for, too."""
        agreement = self.own_agreement
        return agreement if agreement and agreement.is_settled else None

    def can_change(self, verb: str, by: Any) -> bool:
        """Who asked may take it back, the other side answers, and nobody asks twice; signatories where it binds."""
        found = self.open_change
        if verb == "propose_change":
            return found is None and self.may_sign_change(by)
        is_own = found is not None and found.organisation_id == by.organisation_id
        if found is None or is_own != (verb == "take_back_change"):
            return False
        return verb != "accept_change" or self.may_sign_change(by)

    def may_sign_change(self, by: Membership) -> bool:
        return by.can_sign or not self.sealing_agreement

    def asked_change(self, **wishes: Any) -> Asked:
        """What a request would change, checked. Raises Refusal."""
        if self.own_agreement and not self.sealing_agreement:
            raise Refusal(_("The agreement waits for signatures. Both sides sign it first."))
        return Asked.of(self, **wishes)

    @transaction.atomic
    def propose_change(self, *, by: Membership, words: str, signed: Signed | None = None, **wishes: Any) -> None:
        """Asks the other side for another net price, other days or another scope (`net`, `starts_on`, `ends_on`,
        `scope`).

        Where an agreement is signed, `signed` holds name, function, method and the sha256 of the terms shown."""
        self.guard("propose_change", by=by)
        if not words.strip():
            raise Refusal(_("Say why."), field="words")
        asked = self.asked_change(**wishes)
        if self.is_asked_already(asked, words, by):
            return
        if self.open_change:
            raise Refusal(_("A change is asked already. It is answered or taken back first."))
        self.refuse_above_limit(asked, by)
        signature = self.signature_of_change(asked.terms(words), by, signed or {})
        self.changes.create(
            organisation=by.organisation, asked_by=by.user, words=words.strip(), before=asked.before, after=asked.after,
            **asked.fields, **signature,
        )  # fmt: skip
        self.move("propose_change", by=by, notify=self.told_of_change(by), text=words.strip(), change=asked.told)

    def is_asked_already(self, asked: Asked, words: str, by: Membership) -> bool:
        """A second click asks the same again."""
        found = self.open_change
        return found is not None and (found.asked_by_id, found.after, found.words) == (
            by.user_id, asked.after, words.strip(),
        )  # fmt: skip

    def refuse_above_limit(self, asked: Asked, by: Membership) -> None:
        if "gross" in asked.after and by.organisation_id == self.buyer_id:
            self.check_limit(Decimal(asked.after["gross"]), by)

    def signature_of_change(self, terms: Any, by: Membership, signed: Signed) -> dict[str, Any]:
        """What is kept of the proposer's signature; nothing where no agreement binds the sides."""
        agreement = self.sealing_agreement
        if agreement is None:
            return {}
        if not by.can_sign:
            raise PermissionDenied
        if signed.get("sha256") != terms.sha256:
            raise Stale(_("These are not the terms that you read. Read them once more before you sign."))
        agreement.refuse_nameless(signed["name"], signed["function"])
        return {
            "version": terms.version, "name": signed["name"].strip(), "function": signed["function"].strip(),
            "power": by.role, "method": signed["method"], "sha256": terms.sha256, "signed_at": timezone.now(),
        }  # fmt: skip

    def told_of_change(self, by: Membership) -> list:
        """The other side, with those who may sign where it takes a signature."""
        agreement = self.sealing_agreement
        return list(agreement.told(agreement.other_side(by))) if agreement else self.other_side(by)

    @transaction.atomic
    def accept_change(self, change: str, *, by: Membership, signed: Signed | None = None) -> None:
        """Changes what was agreed. `change` is the ref of what was read; `signed` is as for `propose_change`."""
        self.guard("accept_change", by=by)
        agreed = self.change_for(change, by, is_own=False)
        agreement = self.sealing_agreement
        asked = self.asked_change(
            net=agreed.net, starts_on=agreed.starts_on, ends_on=agreed.ends_on, scope=agreed.scope
        )
        self.refuse_moved_on(agreed, asked)
        self.refuse_above_limit(asked, by)
        signature = self.signature_of_change(asked.terms(agreed.words), by, signed or {})
        self.close_change(agreed, "accepted", by=by)
        facts = facts_by_language(self, agreement)
        fields = asked.apply(self)
        self.tell_accepted(agreed, asked, by=by, fields=fields, agreement=agreement)
        if agreement:
            agreement.amend_signed(agreed, signature, facts, by=by)
        if "starts_on" in asked.after:
            self.carry_days(by=by)
        self.require_agreement()

    def refuse_moved_on(self, agreed: ChangeRequest, asked: Asked) -> None:
        """The order or its agreement is not what it was when the change was asked, or was signed."""
        if (agreed.before, agreed.after) != (asked.before, asked.after) or agreed.version != asked.version:
            raise Refusal(_("The order was changed since this was asked. It has to be asked anew."))
        if agreed.sha256 and not agreed.is_intact:
            raise Refusal(_("The text of this request was damaged. It has to be asked anew."))

    def tell_accepted(
        self, agreed: ChangeRequest, asked: Asked, *, by: Membership, fields: list[str], agreement: Agreement | None
    ) -> None:
        told: dict[str, Any] = {"change": asked.told}
        if "starts_on" in asked.after:
            told["date"] = self.told_date()
        if agreement:
            told["number"] = agreement.latest.number + 1
        people = [*self.told_of_change(by), (by.user, by.organisation)]
        self.move("accept_change", by=by, fields=fields, notify=people, text=agreed.words, **told)

    def carry_days(self, *, by: Membership) -> None:
        """What follows from other days, as when a new time is agreed; of work that has begun only the days change."""
        if not self.is_planned:
            return
        self.new_times.filter(answer="").update(answer="over")
        self.clear_timers("remind_start", "chase_start", "miss_start")
        self.await_start()
        self.renew_release()
        self.look_at_readiness(by=by)

    def require_agreement(self) -> None:
        """A higher price may need one before the work begins."""
        if self.is_planned and self.own_agreement is None:
            self.begin_agreement([])
            self.schedule(by=None)

    @transaction.atomic
    def refuse_change(self, change: str, *, by: Membership, reason: str = "") -> None:
        self.guard("refuse_change", by=by)
        self.close_change(self.change_for(change, by, is_own=False), "refused", by=by, reason=reason)
        self.move("refuse_change", by=by, notify=self.other_side(by), reason=reason)

    @transaction.atomic
    def take_back_change(self, change: str, *, by: Membership) -> None:
        self.guard("take_back_change", by=by)
        self.close_change(self.change_for(change, by, is_own=True), "taken_back", by=by)
        self.move("take_back_change", by=by, notify=self.other_side(by))

    def change_for(self, ref: str, by: Membership, *, is_own: bool) -> ChangeRequest:
        """The open request that `by` has read, under the lock of the calling verb."""
        found = self.open_change
        if found is None or found.ref != ref:
            raise Refusal(_("This request is not open any more. Look at what happened since."))
        if (found.organisation_id == by.organisation_id) != is_own:
            raise PermissionDenied
        return found

    def close_change(self, change: ChangeRequest, answer: str, *, by: Membership, reason: str = "") -> None:
        change.answer, change.reason = answer, reason.strip()
        change.answered_by, change.answered_at = by.user, timezone.now()
        change.save(update_fields=["answer", "reason", "answered_by", "answered_at", "updated_at"])

    def end_change(self) -> None:
        """Within a verb that moved the order on: nobody can answer any more."""
        if self.status not in self.ANSWERABLE:
            self.changes.filter(answer="").update(answer="over", updated_at=timezone.now())

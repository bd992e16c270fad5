from __future__ import annotations

import hashlib
import logging
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership, Refusal
from marketplace.models.agreement_texts import (
    Facts,
    Stale,
    Texts,
    canonical,
    changed_content,
    first_content,
    next_content,
    seal,
)
from vet2b.lib.uploads import Checked

if TYPE_CHECKING:
    from marketplace.models.agreement_signatures import AgreementPaper
    from marketplace.models.agreements import Agreement, AgreementVersion
    from marketplace.models.changes import ChangeRequest
    from marketplace.models.orders import Order

MAX_PAPERS = 5  # of one version
MAX_TEXT = 8000
log = logging.getLogger(__name__)


class AgreementVerbs:
    """The verbs of an agreement; the table of moves stands in Agreement. Each locks the order first."""

    @classmethod
    def begin(cls, order: Order, reasons: list[str]) -> Agreement:
        """Within a verb of the order. It is proposed to both sides once the order waits for it."""
        agreement = cls.objects.create(order=order, reasons=reasons)
        agreement.add_version(first_content(order), by=None)
        return agreement

    @transaction.atomic
    def propose(self, *, by: None) -> None:
        self.guard("propose", by=by)
        self.order.await_signatures()
        self.move("propose", by=by, notify=self.told(self.order.seller, self.order.buyer), reasons=self.reasons)

    @transaction.atomic
    def edit(self, texts: Texts, *, by: Membership, based_on: int, note: str = "") -> None:
        """Makes a new version with these texts, by section and language; all signatures are void then."""
        self.guard("edit", by=by)
        before = self.latest_from(based_on)
        self.next_version(before, texts, by=by, note=note)
        if before.signatures.filter(voided_at=None).update(voided_at=timezone.now()):
            before.mark_pdf_due()
        self.ask_signatures("edit", by=by, note=note)

    @transaction.atomic
    def amend(self, texts: Texts | None = None, *, by: Membership, based_on: int | None = None, note: str = "") -> None:
        """Makes a new version of a signed one, with the facts of the order as they are now, for both to sign anew.

        What was signed stays signed. Before the work begins the order waits for the signatures again."""
        self.guard("amend", by=by)
        before = self.latest_from(based_on)
        self.next_version(before, texts or {}, by=by, note=note)
        self.ask_signatures("amend", by=by, note=note)
        if self.order.is_planned:
            self.order.schedule(by=None)
            self.order.await_signatures()

    @transaction.atomic
    def amend_signed(self, change: ChangeRequest, signature: dict[str, Any], facts: Facts, *, by: Membership) -> None:
        """Within the verb of the order that accepts `change`, whose timeline tells it: the next version, which both
        have signed by signing the terms of the change. `facts` are those of the order before it."""
        self.guard("amend_signed", by=by)
        both = signatures_of(change, signature, by)
        content = changed_content(self.order, self.latest.content, facts, sealed_words(change, both))
        version = self.add_version(content, by=by, note=change.words)
        for each in both:
            version.signatures.create(**each, sha256=version.sha256)
        version.mark_pdf_due()

    def latest_from(self, based_on: int | None) -> AgreementVersion:
        latest = self.latest
        if based_on is not None and based_on != latest.number:
            raise Stale(_("Version %(number)s was made meanwhile. Compare it with yours.") % {"number": latest.number})
        return latest

    def next_version(self, before: AgreementVersion, texts: Texts, *, by: Membership, note: str) -> None:
        if any(len(text) > MAX_TEXT for words in texts.values() for text in words.values()):
            raise Refusal(_("A section has at most %(n)s characters.") % {"n": MAX_TEXT})
        content = next_content(self.order, before.content, texts)
        was = {name: value for name, value in before.content.items() if name != "change"}
        if content | {"number": before.number} == was:
            raise Refusal(_("Nothing was changed."))
        self.add_version(content, by=by, note=note)

    def add_version(self, content: dict, *, by: Membership | None, note: str = "") -> AgreementVersion:
        text = canonical(content)
        who = {"made_by": by.user, "organisation": by.organisation} if by else {}
        return self.versions.create(number=content["number"], text=text, sha256=seal(text), note=note.strip(), **who)

    def ask_signatures(self, verb: str, *, by: Membership, note: str) -> None:
        own_signatories = ((member.user, by.organisation) for member in by.organisation.memberships.signatories())
        people = [*self.told(self.other_side(by)), *own_signatories]
        if self.order.status == self.order.S.AGREEMENT_PENDING:
            self.order.await_signatures()
        self.move(verb, by=by, notify=people, text=note.strip(), number=self.latest.number)

    @transaction.atomic
    def sign(self, number: int, sha256: str, *, by: Membership, name: str, function: str, method: str) -> None:
        """Signs exactly these bytes; `method` is how the signatory proved just now who they are."""
        self.guard("sign", by=by)
        version = self.seen_version(number, sha256)
        self.refuse_twice(version, by)
        self.refuse_nameless(name, function)
        self.put_signature(version, by=by, name=name, function=function, method=method)
        self.count_signatures("sign", version, by=by)

    def seen_version(self, number: int, sha256: str) -> AgreementVersion:
        version = self.latest
        if (version.number, version.sha256) != (number, sha256):
            raise Stale(_("This is no longer the latest version. Read the new one before you sign."))
        if not version.is_intact:
            raise Refusal(_("The text of this version was damaged. It cannot be signed; make a new version."))
        return version

    def refuse_twice(self, version: AgreementVersion, by: Membership) -> None:
        if version.is_signed_by(by.organisation):
            raise Refusal(_("Your organisation has signed this version already."))

    def refuse_nameless(self, name: str, function: str) -> None:
        for field, words in (("name", name), ("function", function)):
            if not words.strip():
                raise Refusal(_("Write your full name and your function."), field=field)

    def put_signature(
        self, version: AgreementVersion, *, by: Membership, name: str, function: str, method: str,
    ) -> None:  # fmt: skip
        version.signatures.create(
            organisation=by.organisation, user=by.user, name=name.strip(), function=function.strip(), power=by.role,
            method=method, sha256=version.sha256,
        )  # fmt: skip

    def count_signatures(self, verb: str, version: AgreementVersion, *, by: Membership) -> None:
        """When both have signed, the order no longer waits for it."""
        version.mark_pdf_due()
        is_signed = version.signatures.filter(voided_at=None).count() == 2
        to = self.S.SIGNED if is_signed else self.S.PARTLY_SIGNED
        self.move(verb, by=by, to=to, notify=self.told(self.other_side(by)), number=version.number)
        if is_signed:
            self.order.agreement_is_signed()

    @transaction.atomic
    def offer_paper(
        self, file: Checked, number: int, sha256: str, *, by: Membership, name: str, function: str, method: str
    ) -> AgreementPaper:
        """Puts up the scan of a paper of this version that both have signed by hand; a later scan replaces it."""
        self.guard("offer_paper", by=by)
        version = self.seen_version(number, sha256)
        self.refuse_twice(version, by)
        self.refuse_nameless(name, function)
        if version.papers.count() >= MAX_PAPERS:
            raise Refusal(_("There are %(n)s scans of this version already.") % {"n": MAX_PAPERS}, field="file")
        file.file.seek(0)
        try:
            paper = version.papers.create(
                organisation=by.organisation, user=by.user, name=name.strip(), function=function.strip(),
                power=by.role, method=method, file=file.file, file_name=file.name, size=file.size,
                sha256=hashlib.sha256(file.file.read()).hexdigest(),
            )  # fmt: skip
        except OSError as error:
            log.error("paper of the agreement of order %s was not stored: %r", self.order.ref, error)
            raise Refusal(_("The file could not be stored. Please try again later."), field="file") from error
        self.move("offer_paper", by=by, notify=self.told(self.other_side(by)), number=version.number)
        return paper

    @transaction.atomic
    def confirm_paper(self, ref: str, sha256: str, *, by: Membership, name: str, function: str, method: str) -> None:
        """The other side's signatory says that this scan is what both signed: both have signed then."""
        self.guard("confirm_paper", by=by)
        version = self.latest
        paper = version.paper_for(by.organisation)
        if paper is None or (paper.ref, paper.sha256) != (ref, sha256):
            raise Stale(_("This scan was replaced or is of an earlier version. Look at the page once more."))
        if not paper.is_intact:
            raise Refusal(_("The stored scan was damaged. Ask the other side to put it up again."))
        self.refuse_nameless(name, function)
        paper.confirmed_at = timezone.now()
        paper.save(update_fields=["confirmed_at"])
        self.put_paper_signatures(version, paper, by=by, name=name.strip(), function=function.strip(), method=method)
        self.count_signatures("confirm_paper", version, by=by)

    def put_paper_signatures(
        self, version: AgreementVersion, paper: AgreementPaper, *, by: Membership, **signer: str
    ) -> None:
        common = {"paper": paper, "sha256": version.sha256}
        theirs = {field: getattr(paper, field) for field in ("organisation", "user", "name", "function", "power")}
        mine = {"organisation": by.organisation, "user": by.user, "power": by.role, **signer}
        for row in (theirs | {"method": paper.method}, mine):
            if not version.signatures.filter(organisation=row["organisation"], voided_at=None).exists():
                version.signatures.create(**common, **row)

    @transaction.atomic
    def activate(self, *, by: None) -> None:
        self.guard("activate", by=by)
        self.move("activate", by=by)

    @transaction.atomic
    def end(self, *, by: None) -> None:
        self.guard("end", by=by)
        self.move("end", by=by)

    @transaction.atomic
    def terminate(self, *, by: Membership, reason: str) -> None:
        """Ends an agreement in force, and with it the order."""
        self.guard("terminate", by=by, reason=reason)
        self.move("terminate", by=by, reason=reason)
        self.order.cancel(by=by, reason=reason)


def signatures_of(change: ChangeRequest, signature: dict[str, Any], by: Membership) -> list[dict[str, Any]]:
    """Of who asked for the change and of who accepts it."""
    names = ("name", "function", "power", "method", "signed_at")
    asked = {"organisation": change.organisation, "user": change.asked_by}
    accepted = {"organisation": by.organisation, "user": by.user}
    return [
        asked | {name: getattr(change, name) for name in names},
        accepted | {name: signature[name] for name in names},
    ]


def sealed_words(change: ChangeRequest, signatures: list[dict[str, Any]]) -> dict[str, Any]:
    """What the text of a version says of the change that made it."""
    signed = [
        {
            "organisation": each["organisation"].name,
            "name": each["name"],
            "function": each["function"],
            "signed_at": each["signed_at"].isoformat(),
        }
        for each in signatures
    ]
    return change.terms | {"request": change.ref, "sha256": change.sha256, "signatures": signed}

"""How it stands with the consents of one learner, as the page of the learner shows it."""

from __future__ import annotations

from dataclasses import dataclass

from marketplace.models import Consent, ConsentRequest, Learner
from marketplace.models.consents import Kind, needs_guardian


@dataclass(frozen=True)
class Standing:
    """How it stands with one kind of consent of one learner."""

    kind: Kind
    consents: list[Consent]
    requests: list[ConsentRequest]
    is_guardians: bool

    @property
    def live(self) -> Consent | None:
        return next((consent for consent in self.consents if consent.is_live), None)

    @property
    def open(self) -> ConsentRequest | None:
        return next((request for request in self.requests if request.status == ConsentRequest.Status.ASKED), None)

    @property
    def last(self) -> Consent | ConsentRequest | None:
        """What came of it last, where there is neither a live consent nor an open question."""
        over = [*self.consents, *(request for request in self.requests if request.status != "given")]
        return max(over, key=lambda each: each.updated_at, default=None)


def standings_of(learner: Learner) -> list[Standing]:
    consents = list(learner.consents.select_related("recorded_by", "withdrawn_by"))
    requests = list(learner.consent_requests.all())
    for row in (*consents, *requests):
        row.learner = learner
    return [
        Standing(
            kind,
            [consent for consent in consents if consent.kind == kind],
            [request for request in requests if request.kind == kind],
            needs_guardian(learner, kind, learner.today),
        )
        for kind in Kind
    ]

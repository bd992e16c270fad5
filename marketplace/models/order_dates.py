from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from accounts.models import Activity


# what sets, moves, recalls or cancels a date
DATED_VERBS = frozenset({"book", "accept", "agree_time", "remind_start", "cancel", "expire_agreement", "resolve"})


class Dates:
    """What calendars are told of the date of an order."""

    def record(self, verb: str, **details: Any) -> Activity:
        """With the date as it is then, so that a mail that goes out later tells it so."""
        if verb in DATED_VERBS and self.has_date and (verb != "resolve" or self.status in self.LOST):
            details["date"] = self.told_date()
        return super().record(verb, **details)

    @property
    def has_date(self) -> bool:
        return self.requested_at is not None and (self.starts_on or self.starts_at) is not None

    @property
    def days(self) -> tuple[date, date] | None:
        """The first and the last one as agreed; before that of the latest quote, or as the client wished."""
        quotes = [] if self.starts_on else list(self.quotes.all())
        asked = quotes[-1] if quotes else self
        dated = self if self.starts_on else asked.window or asked
        first = dated.starts_on or (None if quotes else self.wished_on)
        return (first, dated.ends_on or first) if first else None

    def told_date(self) -> dict[str, Any]:
        """All that an event needs; "zone" stands with times only."""
        told = {
            "ref": self.ref,
            "title": self.title,
            "seller": self.seller.name,
            "buyer": self.buyer.name,
            "place": self.meeting_place,
            "status": self.calendar_status,
            "sequence": self.times_moved + (self.status in self.LOST),
        }
        if self.starts_at:
            times = {"starts": self.starts_at.isoformat(), "ends": self.ends_at.isoformat()}
            return told | times | {"zone": self.seller.zone}
        return told | {"starts": self.starts_on.isoformat(), "ends": (self.ends_on or self.starts_on).isoformat()}

    @property
    def calendar_status(self) -> str:
        if self.status in self.LOST:
            return "CANCELLED"
        return "TENTATIVE" if self.status in self.NEGOTIATING else "CONFIRMED"

    @property
    def meeting_place(self) -> str:
        if self.place_mode != self.PlaceMode.AT_SCHOOL:
            return self.place
        seller = self.seller
        return ", ".join(part for part in (seller.name, seller.address, seller.postcode, seller.town) if part)

from __future__ import annotations

from accounts.models import Membership, Organisation, User
from marketplace.models.school_calendar import SchoolCalendar


class Parties:
    """The two sides of an order: who is on which, whose turn it is, and who is told."""

    @property
    def calendar(self) -> SchoolCalendar:
        """The school's: it says which days count."""
        return SchoolCalendar.of(self.seller)

    @property
    def place_of_work(self) -> Organisation:
        """Whose country and clock count for young workers: the client's, where the class comes to it."""
        return self.buyer if self.place_mode == "at_client" else self.seller

    @property
    def party_to_act(self) -> str:
        """Whose turn it is: "buyer", "seller", "moderator" or "" when nobody has to do anything."""
        if self.status == self.S.REQUESTED and self.is_awaiting_answer:
            return "buyer"
        return next((party for party, statuses in self.TURNS.items() if self.status in statuses), "")

    def side_of(self, organisation: Organisation | None) -> str:
        if organisation is None:
            return ""
        return {self.buyer_id: "buyer", self.seller_id: "seller"}.get(organisation.pk, "")

    def allows(self, party: str, by: Membership | User | None) -> bool:
        if party == "system":
            return by is None
        if party == "moderator":
            sides = [self.buyer_id, self.seller_id]
            return (
                isinstance(by, User) and by.is_moderator and not by.memberships.filter(organisation__in=sides).exists()
            )
        if not isinstance(by, Membership) or not by.can_work:
            return False
        side = self.side_of(by.organisation)
        if party == "buyer_draft":
            return side == "buyer"
        return by.can_trade and (side == party or (party == "either" and side != ""))

    def buyers(self) -> list[tuple[User | None, Organisation]]:
        return [(self.contact, self.buyer)]

    def sellers(self) -> list[tuple[User | None, Organisation]]:
        if self.trainer is None and self.substitute is None:
            return self.seller.owners()
        return [(self.trainer, self.seller), (self.substitute, self.seller)]

    def other_side(self, by: Membership) -> list[tuple[User | None, Organisation]]:
        return self.sellers() if by.organisation_id == self.buyer_id else self.buyers()

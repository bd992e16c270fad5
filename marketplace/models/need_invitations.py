"""A school that is asked to answer a need, and what became of it."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import InvalidTransition, Lifecycle, Membership, Move, Organisation, Timed, User
from marketplace.models.need_invitation_verbs import NeedInvitationVerbs
from marketplace.models.needs import Need
from marketplace.models.offers import Offer
from vet2b.lib.models import TimeStamped
from vet2b.lib.refs import new_ref


class NeedInvitationQuerySet(models.QuerySet["NeedInvitation"]):
    def for_school(self, school: Organisation) -> NeedInvitationQuerySet:
        return self.filter(school=school)

    def waiting(self) -> NeedInvitationQuerySet:
        """For the school's answer, while the need is open."""
        return self.filter(status__in=NeedInvitation.UNANSWERED, need__status=Need.Status.OPEN)

    def interesting(self) -> NeedInvitationQuerySet:
        """Those for which a quote is still to come."""
        return self.filter(status=NeedInvitation.Status.INTERESTED, need__status=Need.Status.OPEN)

    def over(self) -> NeedInvitationQuerySet:
        going_on = NeedInvitation.UNANSWERED | {NeedInvitation.Status.INTERESTED}
        return self.exclude(status__in=going_on, need__status=Need.Status.OPEN)

    def with_facts(self) -> NeedInvitationQuerySet:
        """What its line in a list shows."""
        return self.select_related(
            "need__organisation", "need__region", "need__category", "school", "offer"
        ).prefetch_related("need__category__labels")


class NeedInvitation(NeedInvitationVerbs, Lifecycle, Timed, TimeStamped):
    """One a need and school. Every verb locks the need first and then this row."""

    class Status(models.TextChoices):
        INVITED = "invited", pgettext_lazy("invitation status", "Invited")
        VIEWED = "viewed", pgettext_lazy("invitation status", "Viewed")
        INTERESTED = "interested", pgettext_lazy("invitation status", "Interested")
        DECLINED = "declined", pgettext_lazy("invitation status", "Declined")
        QUOTED = "quoted", pgettext_lazy("invitation status", "Quoted")

    class Why(models.TextChoices):
        """Why a school declines."""

        BUSY = "busy", _("No class is free then")
        FIELD = "field", _("Not our field")
        DISTANCE = "distance", _("Too far away")
        DATES = "dates", _("The dates do not suit us")
        BUDGET = "budget", _("The budget is too small")
        OTHER = "other", _("Another reason")

    S = Status
    UNANSWERED = frozenset({S.INVITED, S.VIEWED})
    INTEREST = frozenset({S.INTERESTED, S.QUOTED})
    TRANSITIONS = {
        "view": Move(frozenset({S.INVITED}), S.VIEWED, "school"),
        "show_interest": Move(frozenset({S.INVITED, S.VIEWED, S.DECLINED}), S.INTERESTED, "school"),
        "decline": Move(frozenset({S.INVITED, S.VIEWED, S.INTERESTED}), S.DECLINED, "school"),
        "quote": Move(frozenset({S.INVITED, S.VIEWED, S.INTERESTED, S.DECLINED}), S.QUOTED, "school"),
        "remind": Move(UNANSWERED, None, "system"),
        "remind_again": Move(UNANSWERED, None, "system"),
    }
    TIMED_VERBS = frozenset({"remind", "remind_again"})

    ref = models.CharField(max_length=14, unique=True, default=new_ref, editable=False)
    need = models.ForeignKey(Need, models.PROTECT, related_name="invitations", verbose_name=_("need"))
    school = models.ForeignKey(Organisation, models.PROTECT, related_name="need_invitations", verbose_name=_("school"))
    offer = models.ForeignKey(
        Offer, models.SET_NULL, null=True, related_name="+", verbose_name=_("service"),
        help_text="The school's nearest to the need.",
    )  # fmt: skip
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.INVITED)
    batch = models.PositiveSmallIntegerField()
    place = models.PositiveSmallIntegerField(help_text="Of all that were invited, in the order of the ranking.")
    points = models.PositiveSmallIntegerField()
    reasons = models.JSONField(help_text="What spoke for the school then, as codes.")
    why = models.CharField(_("reason"), max_length=10, choices=Why, blank=True)

    objects = NeedInvitationQuerySet.as_manager()
    words: list[str]  # its reasons, where a page reads them

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ["place"]
        constraints = [
            models.UniqueConstraint(fields=["need", "school"], name="need_invitation_once"),
            models.UniqueConstraint(fields=["need", "place"], name="need_invitation_place_once"),
            models.CheckConstraint(
                condition=models.Q(status__in=["invited", "viewed", "interested", "declined", "quoted"]),
                name="need_invitation_status_known",
            ),
        ]
        indexes = [
            models.Index(
                fields=["school", "created_at"], name="need_invitation_unanswered",
                condition=models.Q(status__in=["invited", "viewed"]),
            ),
            models.Index(fields=["school", "-created_at"], name="need_invitation_of_school"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.ref

    def get_absolute_url(self) -> str:
        return reverse("marketplace:need_detail", args=[self.need.ref])

    def allows(self, party: str, by: Membership | User | None) -> bool:
        if party == "system":
            return by is None
        return (
            isinstance(by, Membership)
            and by.organisation_id == self.school_id
            and by.can_work
            and by.can_sell
            and by.can_trade
        )

    def guard(self, verb: str, *, by: Membership | User | None, reason: str = "") -> Move:
        self.need.lock()
        move = super().guard(verb, by=by, reason=reason)
        if self.need.status != self.need.S.OPEN:
            raise InvalidTransition(
                _t("This cannot be done any more: the need is “%(status)s”.")
                % {"status": self.need.get_status_display()}
            )
        return move

    def can(self, verb: str, *, by: Membership | User | None) -> bool:
        return super().can(verb, by=by) and self.need.status == self.need.S.OPEN

    def activity_details(self) -> dict[str, Any]:
        return {"title": self.need.title, "ref": self.need.ref, "school": self.school.name}

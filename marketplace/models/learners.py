"""The students of a school, as its staff keep them."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, Organisation, Timed, Tracked
from marketplace.models.learner_verbs import LearnerVerbs
from marketplace.models.resources import Resource
from vet2b.lib.models import TimeStamped
from vet2b.lib.refs import new_ref


class LearnerQuerySet(models.QuerySet["Learner"]):
    def present(self) -> LearnerQuerySet:
        return self.filter(left_on=None)

    def minors(self) -> LearnerQuerySet:
        """By the date of UTC; who needs the very day asks `is_minor_on`."""
        return self.filter(minor_until__gt=timezone.now().date())


class Learner(LearnerVerbs, Timed, Tracked, TimeStamped):
    """A student of a school. Outside the school only `short_name` is ever told; an account is not needed.

    `minor_until` is the day of the 18th birthday, kept only for those who are younger: the whole date of birth is
    nobody's business."""

    TIMED_VERBS = frozenset({"come_of_age"})

    ref = models.CharField(max_length=14, unique=True, default=new_ref, editable=False)
    school = models.ForeignKey(Organisation, models.PROTECT, related_name="learners", verbose_name=_("school"))
    group = models.ForeignKey(
        Resource, models.SET_NULL, null=True, blank=True, related_name="learners", verbose_name=_("class")
    )
    given_name = models.CharField(_("first name"), max_length=60)
    family_name = models.CharField(_("family name"), max_length=80)
    minor_until = models.DateField(_("turns 18 on"), null=True, blank=True)
    membership = models.OneToOneField(
        Membership, models.SET_NULL, null=True, blank=True, related_name="learner", verbose_name=_("account")
    )
    left_on = models.DateField(_("left the school on"), null=True, blank=True)

    objects = LearnerQuerySet.as_manager()

    class Meta:
        verbose_name = _("learner")
        verbose_name_plural = _("learners")
        ordering = ["family_name", "given_name", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(given_name="") & ~Q(family_name=""), name="learner_has_names"),
        ]
        indexes = [models.Index(fields=["school", "group"], name="learner_of_class")]

    def __str__(self) -> str:
        return f"{self.given_name} {self.family_name}"

    def get_absolute_url(self) -> str:
        return reverse("marketplace:learner_detail", args=[self.ref])

    @property
    def short_name(self) -> str:
        """First name and initial."""
        return f"{self.given_name} {self.family_name[:1]}."

    @property
    def is_minor(self) -> bool:
        return self.is_minor_on(self.today)

    def is_minor_on(self, day: date) -> bool:
        return self.minor_until is not None and day < self.minor_until

    def activity_details(self) -> dict[str, str]:
        return {"title": self.short_name, "ref": self.ref}

"""What a school works with: classes, rooms, machines and people that do one thing at a time."""

from __future__ import annotations

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, Tracked, User
from marketplace.models.offers import Offer
from marketplace.models.resource_verbs import ResourceVerbs
from vet2b.lib.models import TimeStamped
from vet2b.lib.refs import new_ref

WEEKDAYS = [
    (0, _("Monday")), (1, _("Tuesday")), (2, _("Wednesday")), (3, _("Thursday")), (4, _("Friday")),
    (5, _("Saturday")), (6, _("Sunday")),
]  # fmt: skip


class Hours(models.Model):
    """Hours of a weekday, by the school's clock."""

    weekday = models.PositiveSmallIntegerField(_("day"), choices=WEEKDAYS)
    opens_at = models.TimeField(_("from"))
    closes_at = models.TimeField(_("to"))

    class Meta:
        abstract = True
        ordering = ["weekday", "opens_at"]


class ResourceQuerySet(models.QuerySet["Resource"]):
    def in_use(self) -> ResourceQuerySet:
        return self.filter(is_retired=False)


class Resource(ResourceVerbs, Tracked, TimeStamped):
    """Something of a school that does one thing at a time."""

    class Kind(models.TextChoices):
        CLASS = "class", _("Class")
        ROOM = "room", _("Room")
        KITCHEN = "kitchen", _("Kitchen")
        MACHINE = "machine", _("Machine")
        VEHICLE = "vehicle", _("Vehicle")
        TRAINER = "trainer", _("Trainer")

    ref = models.CharField(max_length=14, unique=True, default=new_ref, editable=False)
    school = models.ForeignKey(Organisation, models.PROTECT, related_name="resources", verbose_name=_("school"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    name = models.CharField(_("name"), max_length=80)
    year = models.PositiveSmallIntegerField(_("year"), null=True, blank=True)
    eqf_level = models.PositiveSmallIntegerField(_("EQF level"), null=True, blank=True)
    headcount = models.PositiveSmallIntegerField(_("number of students"), null=True, blank=True)
    has_minors = models.BooleanField(_("students under 18"), default=False)
    person = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="resources", verbose_name=_("trainer")
    )
    is_retired = models.BooleanField(_("no longer used"), default=False)

    objects = ResourceQuerySet.as_manager()

    class Meta:
        verbose_name = _("resource")
        verbose_name_plural = _("resources")
        ordering = ["kind", "name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=["class", "room", "kitchen", "machine", "vehicle", "trainer"]),
                name="resource_kind_known",
            ),
            models.CheckConstraint(
                condition=models.Q(eqf_level=None) | models.Q(eqf_level__range=(1, 8)), name="resource_eqf_1_to_8"
            ),
            models.CheckConstraint(
                condition=models.Q(kind="class") | models.Q(has_minors=False), name="resource_minors_in_classes"
            ),
            models.CheckConstraint(
                condition=models.Q(kind="trainer", person__isnull=False)
                | ~models.Q(kind="trainer") & models.Q(person=None),
                name="resource_person_is_trainer",
            ),
            models.UniqueConstraint(
                fields=["school", "kind", "name"], name="resource_name_once", condition=models.Q(is_retired=False)
            ),
            models.UniqueConstraint(
                fields=["school", "person"], name="resource_person_once", condition=models.Q(is_retired=False)
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("marketplace:resource_detail", args=[self.ref])

    @property
    def is_class(self) -> bool:
        return self.kind == self.Kind.CLASS

    def activity_details(self) -> dict[str, str]:
        return {"title": self.name, "ref": self.ref}


class Opening(Hours):
    """When a resource can be had in an ordinary week."""

    resource = models.ForeignKey(Resource, models.CASCADE, related_name="openings")

    class Meta(Hours.Meta):
        constraints = [
            models.CheckConstraint(
                condition=models.Q(closes_at__gt=models.F("opens_at")), name="opening_closes_after_it_opens"
            ),
            models.UniqueConstraint(fields=["resource", "weekday", "opens_at"], name="opening_once"),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.opens_at:%H:%M}–{self.closes_at:%H:%M}"


class SpecialHours(models.Model):
    """Days on which a resource can be had at other hours than in an ordinary week, or not at all."""

    resource = models.ForeignKey(Resource, models.CASCADE, related_name="special_hours")
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to"))
    opens_at = models.TimeField(_("hours from"), null=True, blank=True)
    closes_at = models.TimeField(_("hours to"), null=True, blank=True)
    note = models.CharField(_("why"), max_length=80, blank=True)

    class Meta:
        verbose_name = _("special hours")
        verbose_name_plural = _("special hours")
        ordering = ["starts_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_on__gte=models.F("starts_on")), name="special_days_in_order"
            ),
            models.CheckConstraint(
                condition=models.Q(opens_at=None, closes_at=None) | models.Q(closes_at__gt=models.F("opens_at")),
                name="special_hours_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.starts_on} – {self.ends_on}"


class Requirement(models.Model):
    """One of these resources is needed for each booking of the offer. All requirements of an offer must be met."""

    offer = models.ForeignKey(Offer, models.CASCADE, related_name="requirements")
    position = models.PositiveSmallIntegerField(default=0)
    choices = models.ManyToManyField(Resource, related_name="requirements", verbose_name=_("one of"))

    class Meta:
        verbose_name = _("requirement")
        verbose_name_plural = _("requirements")
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return " / ".join(resource.name for resource in self.choices.all())

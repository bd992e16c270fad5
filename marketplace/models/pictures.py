from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from marketplace.models.offers import Offer
from vet2b.lib.refs import new_token
from vet2b.lib.models import TimeStamped

SIZES = (1600, 800, 400)


def random_path(folder: str, extension: str) -> str:
    return f"{folder}/{new_token()}.{extension}"


def image_path(image: OfferImage, filename: str) -> str:
    return random_path("offers/images", "webp")


def document_path(document: OfferDocument, filename: str) -> str:
    return random_path("offers/documents", "pdf")


class OfferImage(TimeStamped):
    """A picture of finished work: redrawn on upload, so no byte of the original is kept; sizes made by a task."""

    offer = models.ForeignKey(Offer, models.CASCADE, related_name="images")
    file = models.ImageField(_("picture"), upload_to=image_path)
    alt = models.CharField(
        _("what the picture shows"), max_length=200, help_text=_("For people who cannot see it. No names of students.")
    )
    caption = models.CharField(_("caption"), max_length=120, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    width = models.PositiveIntegerField(default=0)
    height = models.PositiveIntegerField(default=0)
    sized_at = models.DateTimeField(null=True, blank=True)
    uploaded_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.alt

    def name_at(self, size: int) -> str:
        """Storage name of the copy `size` pixels wide; the full picture until the task has made it."""
        return f"{self.file.name.removesuffix('.webp')}-{size}.webp" if self.sized_at else self.file.name


class OfferDocument(TimeStamped):
    """A PDF that goes with an offer, such as a menu or a price list."""

    offer = models.ForeignKey(Offer, models.CASCADE, related_name="documents")
    file = models.FileField(_("PDF"), upload_to=document_path)
    title = models.CharField(_("title"), max_length=120)
    size = models.PositiveIntegerField(default=0)
    uploaded_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.title


class Favourite(models.Model):
    """An offer that a person keeps for later."""

    user = models.ForeignKey(User, models.CASCADE, related_name="favourites")
    offer = models.ForeignKey(Offer, models.CASCADE, related_name="favourites")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "offer"], name="favourite_once")]

    def __str__(self) -> str:
        return f"{self.user_id} ♥ {self.offer_id}"

from __future__ import annotations

import logging
from datetime import timedelta
from io import BytesIO

from django.core.files.base import ContentFile
from django.db import models, transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _
from PIL import Image

from accounts.models import User
from marketplace.models.agreement_signatures import AgreementPaper
from marketplace.models.agreements import AgreementVersion
from marketplace.models.consents import Consent
from marketplace.models.conversations import OrderFile
from marketplace.models.offers import Offer
from vet2b.lib.models import TimeStamped
from vet2b.lib.refs import new_token

SIZES = (1600, 800, 400)
MAX_ATTEMPTS = 5
STRAY_AFTER = timedelta(hours=24)
log = logging.getLogger(__name__)


def random_path(folder: str, extension: str) -> str:
    return f"{folder}/{new_token()}.{extension}"


def image_path(image: OfferImage, filename: str) -> str:
    return random_path("offers/images", "webp")


def document_path(document: OfferDocument, filename: str) -> str:
    return random_path("offers/documents", "pdf")


def file_url(view: str, name: str) -> str:
    """One address in every language, so that a browser keeps one copy."""
    with translation.override("en"):
        return reverse(f"marketplace:{view}", args=[name.rpartition("/")[2]])


class OfferImageQuerySet(models.QuerySet["OfferImage"]):
    def to_size(self) -> OfferImageQuerySet:
        return self.filter(sized_at=None, attempts__lt=MAX_ATTEMPTS)


class OfferImage(TimeStamped):
    """A picture of finished work: redrawn on upload, so no byte of the original is kept; sizes made by a task.

    An offer and its new version have a row each for the same stored file."""

    offer = models.ForeignKey(Offer, models.CASCADE, related_name="images")
    file = models.ImageField(_("picture"), upload_to=image_path)
    alt = models.CharField(
        _("what the picture shows"), max_length=200, help_text=_("For people who cannot see it. No names of students.")
    )  # fmt: skip
    caption = models.CharField(_("caption"), max_length=120, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    width = models.PositiveIntegerField(default=0)
    height = models.PositiveIntegerField(default=0)
    size = models.PositiveIntegerField(default=0)
    sized_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    uploaded_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    objects = OfferImageQuerySet.as_manager()

    class Meta:
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")
        ordering = ["position", "pk"]
        indexes = [
            models.Index(fields=["file"], name="offer_image_file"),
            models.Index(fields=["id"], name="offer_image_to_size", condition=models.Q(sized_at=None)),
        ]

    def __str__(self) -> str:
        return self.alt

    def name_at(self, size: int) -> str:
        """Storage name of the copy `size` pixels wide; the full picture until the task has made it."""
        return sized_name(self.file.name, size) if self.sized_at else self.file.name

    def url_at(self, size: int) -> str:
        return file_url("offer_image", self.name_at(size))

    @property
    def url(self) -> str:
        return file_url("offer_image", self.file.name)

    @property
    def card_url(self) -> str:
        return self.url_at(400)

    @property
    def srcset(self) -> str:
        """For `<img srcset>`, once the sizes are made."""
        return ", ".join(f"{self.url_at(size)} {size}w" for size in SIZES) if self.sized_at else ""

    def make_sizes(self) -> None:
        """Each size from the next larger one. The names follow from the file's, so doing it again changes nothing."""
        storage = self.file.storage
        with self.file.open("rb") as stored:
            content = stored.read()
        picture = Image.open(BytesIO(content), formats=["WEBP"])
        for size in SIZES:
            if picture.width > size:
                picture = picture.resize((size, max(1, round(picture.height * size / picture.width))), reducing_gap=2.0)
                content = as_webp(picture)
            name = sized_name(self.file.name, size)
            storage.delete(name)
            storage.save(name, ContentFile(content))


def as_webp(picture: Image.Image) -> bytes:
    content = BytesIO()
    picture.save(content, "WEBP", quality=82, method=1)
    return content.getvalue()


def sized_name(name: str, size: int) -> str:
    return f"{name.removesuffix('.webp')}-{size}.webp"


def size_images(limit: int = 50) -> int:
    """Makes the sizes that are missing, one picture a transaction; any number of workers may do it at once."""
    tried: list[int] = []
    for _number in range(limit):
        with transaction.atomic():
            waiting = OfferImage.objects.to_size().exclude(pk__in=tried).order_by("pk")
            image = waiting.select_for_update(skip_locked=True).first()
            if image is None:
                break
            tried.append(image.pk)
            size_one(image)
    return len(tried)


def size_one(image: OfferImage) -> None:
    same_file = OfferImage.objects.filter(file=image.file.name, sized_at=None)
    try:
        image.make_sizes()
    except (OSError, ValueError, Image.DecompressionBombError) as error:
        log.warning("no sizes of picture %s: %r", image.pk, error)
        same_file.update(attempts=models.F("attempts") + 1)
    else:
        same_file.update(sized_at=timezone.now())


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
        indexes = [models.Index(fields=["file"], name="offer_document_file")]

    def __str__(self) -> str:
        return self.title

    @property
    def url(self) -> str:
        return file_url("offer_document", self.file.name)


def remove_stray_files() -> int:
    """Deletes stored files that no row names and that are a day old, so never one whose row is being written."""
    images = set(OfferImage.objects.values_list("file", flat=True).distinct())
    images |= {sized_name(name, size) for name in images for size in SIZES}
    removed = sweep(OfferImage, "offers/images", images)
    for model, folder in ((OfferDocument, "offers/documents"), (OrderFile, "orders"), (Consent, "consents")):
        removed += sweep(model, folder, set(model.objects.values_list("file", flat=True).distinct()))
    papers = AgreementPaper.objects.values_list("file", flat=True)
    removed += sweep(AgreementPaper, "agreements", {*papers, *AgreementVersion.objects.values_list("pdf", flat=True)})
    return removed


def sweep(model: type[models.Model], folder: str, used: set[str]) -> int:
    storage = model._meta.get_field("file").storage
    try:
        names = [f"{folder}/{name}" for name in storage.listdir(folder)[1]]
    except FileNotFoundError:
        return 0
    limit = timezone.now() - STRAY_AFTER
    stray = [name for name in names if name not in used and storage.get_modified_time(name) < limit]
    for name in stray:
        storage.delete(name)
    return len(stray)


class Favourite(models.Model):
    """An offer that a person keeps for later."""

    user = models.ForeignKey(User, models.CASCADE, related_name="favourites")
    offer = models.ForeignKey(Offer, models.CASCADE, related_name="favourites")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "offer"], name="favourite_once")]

    def __str__(self) -> str:
        return f"{self.user_id} ♥ {self.offer_id}"

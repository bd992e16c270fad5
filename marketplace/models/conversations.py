from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, Organisation, User
from marketplace.models.orders import Order
from vet2b.lib.refs import new_ref, new_token
from vet2b.lib.models import TimeStamped


class Message(models.Model):
    """Words in an order, from one side to the other; learners never take part."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="messages")
    author = models.ForeignKey(User, models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    text = models.TextField(max_length=5000)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["created_at", "pk"]

    def __str__(self) -> str:
        return self.text[:60]


def file_path(file: OrderFile, filename: str) -> str:
    return f"orders/{new_token()}"


class OrderFile(TimeStamped):
    """A file that one side put into an order; fetched only by people of the two organisations."""

    class Purpose(models.TextChoices):
        BRIEF = "brief", _("with the request")
        MESSAGE = "message", _("with a message")
        DELIVERY = "delivery", _("delivered")

    ref = models.CharField(max_length=14, unique=True, default=new_ref, editable=False)
    order = models.ForeignKey(Order, models.PROTECT, related_name="files")
    uploaded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    purpose = models.CharField(max_length=10, choices=Purpose)
    file = models.FileField(upload_to=file_path)
    name = models.CharField(max_length=150)
    content_type = models.CharField(max_length=40)
    size = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("file")
        verbose_name_plural = _("files")
        ordering = ["created_at", "pk"]

    def __str__(self) -> str:
        return self.name


def attach(order: Order, uploads, *, purpose: str, by: Membership) -> list[str]:
    """Stores checked uploads (vet2b.lib.uploads) with an order; returns their names for the record."""
    names = []
    for upload in uploads:
        order.files.create(
            uploaded_by=by.user, organisation=by.organisation, purpose=purpose, file=upload.file,
            name=upload.name, content_type=upload.content_type, size=upload.size,
        )  # fmt: skip
        names.append(upload.name)
    return names

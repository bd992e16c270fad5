from __future__ import annotations

from typing import Any

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, User
from marketplace.models.orders import Order
from vet2b.lib.models import TimeStamped
from vet2b.lib.refs import new_ref, new_token


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
        MILESTONE = "milestone", _("with a milestone")
        STATEMENT = "statement", _("with a statement in a dispute")

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

    def get_absolute_url(self) -> str:
        return reverse("marketplace:order_file", args=[self.order.ref, self.ref])

    def as_details(self) -> dict[str, Any]:
        """What an Activity keeps of it, so that a timeline needs no further query."""
        return {"ref": self.ref, "name": self.name, "size": self.size}

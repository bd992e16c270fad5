from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership, Refusal
from marketplace.models.school_calendar import SchoolCalendar
from vet2b.lib.uploads import Checked

if TYPE_CHECKING:
    from marketplace.models.offers import Offer
    from marketplace.models.pictures import OfferDocument, OfferImage
    from marketplace.models.windows import Window

MAX_FILES = 20  # of an offer, pictures and documents together (UPL-2)
MAX_DAYS = 366


class OfferFiles:
    """Pictures and documents. For a published offer they go into its new version, where a moderator sees them."""

    @transaction.atomic
    def add_image(self, checked: Checked, *, by: Membership, alt: str, caption: str = "") -> OfferImage:
        draft = self.draft_for(by=by)
        draft.refuse_too_many()
        last = draft.images.aggregate(last=Max("position"))["last"]
        image = draft.images.create(
            file=checked.file, alt=alt, caption=caption, position=0 if last is None else last + 1,
            width=checked.width, height=checked.height, size=checked.size, uploaded_by=by.user,
        )  # fmt: skip
        draft.tell_changed("pictures", by=by, added=alt)
        return image

    @transaction.atomic
    def change_image(self, image: OfferImage, *, by: Membership, alt: str, caption: str) -> OfferImage:
        image = self.draft_for(by=by).same_file("images", image)
        image.alt, image.caption = alt, caption
        image.save(update_fields=["alt", "caption", "updated_at"])
        image.offer.tell_changed("pictures", by=by)
        return image

    @transaction.atomic
    def move_image(self, image: OfferImage, *, by: Membership) -> OfferImage:
        """One place towards the front; the first picture is the one on cards."""
        draft = self.draft_for(by=by)
        image = draft.same_file("images", image)
        images = list(draft.images.all())
        place = images.index(image)
        if place:
            images[place - 1 : place + 1] = [images[place], images[place - 1]]
            for position, row in enumerate(images):
                row.position = position
            type(image).objects.bulk_update(images, ["position"])
            draft.tell_changed("pictures", by=by)
        return image

    @transaction.atomic
    def add_document(self, checked: Checked, *, by: Membership, title: str) -> OfferDocument:
        draft = self.draft_for(by=by)
        draft.refuse_too_many()
        document = draft.documents.create(file=checked.file, title=title, size=checked.size, uploaded_by=by.user)
        draft.tell_changed("pictures", by=by, added=title)
        return document

    @transaction.atomic
    def remove_file(self, file: OfferImage | OfferDocument, *, by: Membership) -> Offer:
        """Takes the row away. The stored file may be another version's too, so a daily task clears those."""
        draft = self.draft_for(by=by)
        draft.same_file(type(file).offer.field.remote_field.related_name, file).delete()
        draft.tell_changed("pictures", by=by, removed=str(file))
        return draft

    def same_file(self, related: str, file: OfferImage | OfferDocument) -> OfferImage | OfferDocument:
        """This offer's row of a file that a page showed for it or for the version it was made from."""
        found = getattr(self, related).filter(file=file.file.name).first()
        if found is None:
            raise Refusal(_("This file has been removed by somebody else."))
        found.offer = self
        return found

    def refuse_too_many(self) -> None:
        if self.images.count() + self.documents.count() >= MAX_FILES:
            raise Refusal(
                _("An offer has at most %(count)s pictures and documents.") % {"count": MAX_FILES}, field="file"
            )


class OfferWindows:
    """Dated places. They belong to the original, change nothing a buyer relies on, and need no review."""

    @property
    def earliest_start(self) -> date:
        """By the school's clock, and after its lead time."""
        return timezone.localdate(timezone=ZoneInfo(self.school.zone)) + timedelta(days=self.lead_time_days or 0)

    @transaction.atomic
    def add_window(self, starts_on: date, ends_on: date, capacity: int, *, by: Membership) -> Window:
        self.guard_windows(by=by)
        if starts_on <= timezone.localdate():
            raise Refusal(_("A window starts in the future."), field="starts_on")
        if ends_on < starts_on:
            raise Refusal(_("A window ends after it starts."), field="ends_on")
        if (ends_on - starts_on).days > MAX_DAYS:
            raise Refusal(_("A window is at most a year long."), field="ends_on")
        if self.windows.filter(starts_on=starts_on, ends_on=ends_on).exists():
            raise Refusal(_("There is a window with these dates already."), field="starts_on")
        self.refuse_shut(starts_on, ends_on, field="starts_on")
        window = self.windows.create(starts_on=starts_on, ends_on=ends_on, capacity=capacity)
        self.tell_changed("windows", by=by, window=str(window))
        return window

    @transaction.atomic
    def change_window(self, window: Window, *, by: Membership, capacity: int, is_closed: bool) -> None:
        self.guard_windows(by=by)
        window = self.windows.select_for_update().get(pk=window.pk)
        if capacity < window.taken:
            raise Refusal(
                _("%(count)s places are taken, so there cannot be fewer.") % {"count": window.taken},
                field="capacity",
            )
        if not is_closed:
            self.refuse_shut(window.starts_on, window.ends_on, field="is_closed")
        window.capacity, window.is_closed = capacity, is_closed
        window.save(update_fields=["capacity", "is_closed"])
        self.tell_changed("windows", by=by, window=str(window))

    @transaction.atomic
    def remove_window(self, window: Window, *, by: Membership) -> None:
        self.guard_windows(by=by)
        window = self.windows.select_for_update().get(pk=window.pk)
        if window.orders.exists():
            raise Refusal(_("There are orders for this window. Close it instead."))
        window.delete()
        self.tell_changed("windows", by=by, window=str(window))

    def refuse_shut(self, starts_on: date, ends_on: date, *, field: str) -> None:
        calendar = SchoolCalendar.of(self.school, starts_on, ends_on)
        if calendar.is_shut(starts_on, ends_on):
            reasons = ", ".join(dict.fromkeys(calendar.closures(starts_on, ends_on).values()))
            raise Refusal(_("Your school is closed on all these days: %(why)s.") % {"why": reasons}, field=field)

    def guard_windows(self, *, by: Membership) -> None:
        self.guard(self.edit_verb, by=by)
        if self.is_revision:
            raise Refusal(_("Windows belong to the published offer. Change them there."))

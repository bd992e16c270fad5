from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership, Refusal
from vet2b.lib.uploads import Checked

EXPIRES_AFTER = 5  # working days without an answer (E4)
MAX_FILES = 10  # in one step
MAX_OF_PERSON = 200 * 1024 * 1024  # in orders that are not ended
MAX_OF_ORGANISATION = 5 * 1024 * 1024 * 1024
log = logging.getLogger(__name__)


class Words:
    """The verbs by which the two sides of an order talk: questions, answers, messages, files."""

    @transaction.atomic
    def ask(self, text: str, *, by: Membership) -> None:
        """The school asks before it quotes; its clock stops until the buyer answers."""
        self.guard("ask", by=by)
        if not text.strip():
            raise Refusal(_("Write your question."), field="text")
        was_awaiting, self.is_awaiting_answer = self.is_awaiting_answer, True
        self.messages.create(author=by.user, organisation=by.organisation, text=text)
        self.move("ask", by=by, fields=["is_awaiting_answer"], notify=self.buyers(), text=text)
        self.clear_timers("remind")
        if not was_awaiting:  # a second question gives nobody more time
            expires = self.calendar.add_working_days(timezone.now(), EXPIRES_AFTER)
            self.set_timer("expire", expires)
            self.keep_time(expires)

    @transaction.atomic
    def answer(self, text: str, *, by: Membership) -> None:
        self.guard("answer", by=by)
        if not self.is_awaiting_answer:
            raise Refusal(_("No question is open."))
        if not text.strip():
            raise Refusal(_("Write your answer."), field="text")
        self.is_awaiting_answer = False
        self.messages.create(author=by.user, organisation=by.organisation, text=text)
        self.move("answer", by=by, fields=["is_awaiting_answer"], notify=self.sellers(), text=text)
        self.start_clock()

    @transaction.atomic
    def write(self, text: str, *, by: Membership, files: Iterable[Checked] = ()) -> None:
        self.guard("write", by=by)
        files = list(files)
        if not text.strip() and not files:
            raise Refusal(_("Write something first."), field="text")
        if self.has_just_written(text, files, by):
            return
        stored = self.attach(files, purpose="message", by=by)
        self.messages.create(author=by.user, organisation=by.organisation, text=text)
        self.move("write", by=by, notify=self.other_side(by), text=text, files=stored)

    def has_just_written(self, text: str, files: list[Checked], by: Membership, *, verb: str = "write") -> bool:
        """A second click sends the same message again: it must not stand there twice."""
        minute_ago = timezone.now() - timedelta(minutes=1)
        last = self.activities.filter(verb=f"order.{verb}", actor=by.user, created_at__gt=minute_ago).last()
        if last is None or last.details["text"] != text:
            return False
        return [(file["name"], file["size"]) for file in last.details["files"]] == [
            (file.name, file.size) for file in files
        ]

    @transaction.atomic
    def add_brief_files(self, files: Iterable[Checked], *, by: Membership) -> None:
        """Puts files into a draft, to be sent with the request."""
        self.guard("change_draft", by=by)
        self.attach(files, purpose="brief", by=by)

    @transaction.atomic
    def drop_brief_file(self, ref: str, *, by: Membership) -> None:
        self.guard("change_draft", by=by)
        row = next((file for file in self.files.filter(purpose="brief") if file.ref == ref), None)
        if row:
            row.delete()
            transaction.on_commit(lambda: row.file.storage.delete(row.file.name))

    def attach(self, files: Iterable[Checked], *, purpose: str, by: Membership) -> list[dict[str, Any]]:
        """Stores checked uploads, under the lock of the calling verb; returns what the record keeps of them."""
        files = list(files)
        if not files:
            return []
        if len(files) + (self.files.filter(purpose="brief").count() if purpose == "brief" else 0) > MAX_FILES:
            raise Refusal(_("At most %(n)s files at once.") % {"n": MAX_FILES}, field="files")
        self.check_room(sum(file.size for file in files), by)
        try:
            return [self.store(file, purpose, by) for file in files]
        except OSError as error:  # those that were stored lose their rows with this transaction, and are swept
            log.error("files of order %s were not stored: %r", self.ref, error)
            raise Refusal(_("The file could not be stored. Please try again later."), field="files") from error

    def store(self, file: Checked, purpose: str, by: Membership) -> dict[str, Any]:
        row = self.files.create(
            uploaded_by=by.user, organisation=by.organisation, purpose=purpose, file=file.file, name=file.name,
            content_type=file.content_type, size=file.size,
        )  # fmt: skip
        return row.as_details()

    def check_room(self, size: int, by: Membership) -> None:
        files = self.files.model.objects
        in_use = files.filter(uploaded_by=by.user, order__status__in=[*self.OPEN, self.S.DRAFT])
        of_organisation = files.filter(organisation=by.organisation)
        for rows, limit in ((in_use, MAX_OF_PERSON), (of_organisation, MAX_OF_ORGANISATION)):
            if (rows.aggregate(sum=Sum("size"))["sum"] or 0) + size > limit:
                raise Refusal(_("There is no room left for your files. End an order first."), field="files")

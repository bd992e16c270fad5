"""The words of every activity: one place a verb, read by the timeline, the inbox and the mails.

The texts are formatted with `Activity.details`, never with live objects: what was told stays as it was told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.apps import apps
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.restrictions import statement_text
from vet2b.lib import formats

if TYPE_CHECKING:
    from accounts.models.activity import Activity, Notification

Text = str | Promise
Label = Callable[[Any], Text]
File = tuple[str, bytes]  # its name and content


def choice_of(model: str, name: str) -> Label:
    """Reads the code of a choice in the active language; what is no code, as in old rows, stays as it is."""

    def label(code: Any) -> Text:
        return dict(apps.get_model(model)._meta.get_field(name).flatchoices).get(code, code)

    return label


def fields_of(model: str, none: Text = "") -> Label:
    """Reads a list of names of fields; `none` stands for an empty one."""

    def label(names: Any) -> Text:
        if isinstance(names, str):
            return names
        options = apps.get_model(model)._meta
        return ", ".join(str(options.get_field(name).verbose_name) for name in names) or none

    return label


def day_of(iso: str) -> Text:
    """Reads a date."""
    return formats.day(date.fromisoformat(iso))


def when_of(text: str) -> Text:
    """Reads a day, or a moment with the zone it is told in: "2027-01-14T08:00:00+00:00 Europe/Riga"."""
    moment, _space, zone = text.partition(" ")
    return formats.moment(datetime.fromisoformat(moment), ZoneInfo(zone)) if zone else day_of(moment)


def price_of(text: str) -> Text:
    """Reads an amount with its currency: "180.00 EUR"."""
    amount, _space, currency = text.partition(" ")
    return formats.money(Decimal(amount), currency, cents=True)


def days_of(isos: list[str]) -> Text:
    """Reads the first and the last day of a span."""
    return formats.day_range(*map(date.fromisoformat, isos))


@dataclass(frozen=True)
class Notice:
    """`title` is the subject of the mail and the inbox line; `body` what the mail adds; `told` the timeline's line.

    `calendar` gives the calendar file that goes with the mail, or None.

    `codes` tells how to read those details that are codes, so that every reader gets them in their own language."""

    kind: str
    title: Text
    told: Text
    body: Text = ""
    url_name: str = ""
    button: Text = ""
    codes: Mapping[str, Label] = field(default_factory=dict)
    calendar: Callable[[Notification], File | None] | None = None

    def words(self, activity: Activity) -> dict[str, Any]:
        read = {name: label(activity.details[name]) for name, label in self.codes.items() if name in activity.details}
        return activity.details | read

    def subject(self, activity: Activity) -> str:
        return " ".join((str(self.title) % self.words(activity)).split())

    def line(self, activity: Activity) -> str:
        return str(self.told) % self.words(activity)

    def text(self, activity: Activity) -> str:
        """What the mail says, with what a moderator's restriction must tell besides."""
        parts = (str(self.body) % self.words(activity), statement_text(activity))
        return "\n\n".join(part for part in parts if part)

    def url(self, activity: Activity) -> str:
        return reverse(self.url_name, args=[activity.details["ref"]]) if self.url_name else ""


_notices: dict[str, Notice] = {}


def register(notices: dict[str, Notice]) -> None:
    _notices.update(notices)


def notice_for(verb: str) -> Notice:
    return _notices[verb]


ROLE = {"codes": {"role": choice_of("accounts.Membership", "role")}}
ORGANISATION = {"kind": "organisation", "url_name": "accounts:organisation_home", "button": _("Open your organisation")}

register(
    {
        "organisation.create": Notice(
            title=_("%(title)s was registered"), told=_("%(title)s was registered"), **ORGANISATION
        ),
        "organisation.change": Notice(
            title=_("The details of %(title)s were changed"),
            told=_("The details of %(title)s were changed: %(fields)s"),
            codes={"fields": fields_of("accounts.Organisation")},
            **ORGANISATION,
        ),
        "organisation.submit": Notice(
            title=_("%(title)s was sent for verification"),
            told=_("%(title)s was sent for verification"),
            **ORGANISATION,
        ),
        "organisation.verify": Notice(
            title=_("%(title)s is verified"),
            told=_("A moderator verified %(title)s"),
            body=_("You can now trade on VET2B: send requests, and if you are a school, publish offers.\n\n%(reason)s"),
            **ORGANISATION,
        ),
        "organisation.ask_changes": Notice(
            title=_("Please complete the details of %(title)s"),
            told=_("A moderator asked for changes: %(reason)s"),
            body=_("A moderator looked at %(title)s and asks for this:\n\n%(reason)s"),
            **ORGANISATION,
        ),
        "organisation.reject": Notice(
            title=_("%(title)s could not be verified"),
            told=_("A moderator rejected %(title)s: %(reason)s"),
            body=_("The reason:\n\n%(reason)s\n\nYou may correct the details and send them once more."),
            **ORGANISATION,
        ),
        "organisation.suspend": Notice(
            title=_("%(title)s is suspended"),
            told=_("A moderator suspended %(title)s: %(reason)s"),
            body=_("Your organisation cannot trade until this is cleared. The reason:\n\n%(reason)s"),
            **ORGANISATION,
        ),
        "organisation.reinstate": Notice(
            title=_("%(title)s may trade again"),
            told=_("A moderator lifted the suspension: %(reason)s"),
            body=_("The suspension is lifted.\n\n%(reason)s"),
            **ORGANISATION,
        ),
        "organisation.add_member": Notice(
            title=_("%(person)s joined %(title)s"),
            told=_("%(person)s joined as %(role)s"),
            **ROLE,
            **ORGANISATION,
        ),
        "organisation.change_role": Notice(
            title=_("Your role in %(title)s changed"),
            told=_("%(person)s is now %(role)s"),
            body=_("Your role is now: %(role)s."),
            **ROLE,
            **ORGANISATION,
        ),
        "organisation.change_powers": Notice(
            title=_("What you may do in %(title)s changed"),
            told=_("The powers of %(person)s changed: %(powers)s"),
            body=_("Besides your daily work, you now have: %(powers)s."),
            codes={"powers": fields_of("accounts.Membership", none=_("no further powers"))},
            **ORGANISATION,
        ),
        "organisation.remove_member": Notice(
            title=_("You no longer belong to %(title)s"),
            told=_("%(person)s left"),
            body=_("Your access has ended. Your own account stays."),
            kind="organisation",
        ),
        "organisation.inherit": Notice(
            title=_("You take over the open work of %(person)s in %(title)s"),
            told=_("%(successor)s took over the open work of %(person)s"),
            body=_("Open orders and offers of %(person)s are now yours."),
            **ORGANISATION,
        ),
        "invitation.send": Notice(
            kind="organisation", title=_("%(email)s was invited"), told=_("%(email)s was invited as %(role)s"), **ROLE
        ),
        "invitation.revoke": Notice(
            kind="organisation",
            title=_("The invitation of %(email)s was taken back"),
            told=_("The invitation of %(email)s was taken back"),
        ),
        "report.send": Notice(
            kind="organisation",
            title=_("Urgent report: %(title)s"),
            told=_("%(title)s was reported"),
            codes={"ground": choice_of("accounts.Report", "ground")},
            body=_("Somebody reported this: %(ground)s.\n\nPlease look at it now; it stands first in the queue."),
            url_name="admin:accounts_report_open",
            button=_("Open the report"),
        ),
        "report.receive": Notice(
            kind="organisation",
            title=_("We have your report about %(title)s"),
            told=_("The reporter got a receipt"),
            body=_(
                "Thank you. A moderator looks at it, usually within one working day, and we write to you what was "
                "decided and why. The number of your report is %(ref)s."
            ),
        ),
        "report.decide": Notice(
            kind="organisation",
            title=_("Your report about %(title)s was decided"),
            told=_("The report was decided: %(reason)s"),
            body=_(
                "Thank you for your report. The decision:\n\n%(reason)s\n\n"
                "A person decided this. You may object by answering this mail; somebody else will look at it again."
            ),
        ),
    }
)

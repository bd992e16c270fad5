"""What a moderator's restriction must say (DSA article 17), kept as codes and told in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from vet2b.lib.formats import day as day_words

if TYPE_CHECKING:
    from accounts.models.activity import Activity

Text = str | Promise

SCOPES: dict[str, Text] = {"one": _("This only"), "all": _("Everything of this kind that the organisation has")}
DURATIONS: dict[str, Text] = {
    "corrected": _("Until it is corrected"),
    "lifted": _("Until a moderator lifts it"),
    "date": _("Until a day, after which it ends by itself"),
}
BY_HAND = _("A person decided this; nothing was decided automatically.")
REDRESS = _(
    "You may object within six months by answering this mail, free of charge; somebody else decides within 14 days. "
    "You may also turn to a certified out-of-court dispute settlement body or to a court."
)
_rules: dict[str, Text] = {}


def register_rules(rules: Mapping[str, Text]) -> None:
    _rules.update(rules)


def statement(activity: Activity) -> list[tuple[Text, Text]]:
    """Rule, scope and duration as lines of label and words; empty for what restricts nobody."""
    details, lines = activity.details, []
    if rule := _rules.get(details.get("rule", "")):
        lines.append((_("Rule"), rule))
    if scope := SCOPES.get(details.get("scope", "")):
        lines.append((_("Scope"), scope))
    if duration := DURATIONS.get(details.get("duration", "")):
        until = details.get("until")
        lines.append((_("Duration"), until_words(date.fromisoformat(until)) if until else duration))
    return lines


def until_words(day: date) -> str:
    return _t("Until the end of %(day)s") % {"day": day_words(day)}


def statement_text(activity: Activity) -> str:
    """What the mail adds to the facts."""
    lines = [f"{label}: {words}" for label, words in statement(activity)]
    if activity.is_restriction:
        lines += ["", str(BY_HAND), "", str(REDRESS)]
    return "\n".join(lines)


def end_of(day: date) -> datetime:
    """When a restriction until this day ends."""
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))


def words_of(form: Mapping[str, Any]) -> dict[str, str]:
    """What a decision form gives, as it is kept with the activity."""
    until = form.get("until") if form.get("duration") == "date" else None
    kept = {name: form[name] for name in ("rule", "scope", "duration") if form.get(name)}
    return kept | ({"until": until.isoformat()} if until else {})

"""Records of students in the demo world, with their clients' feedback, by the verbs of the site."""

from __future__ import annotations

from typing import Any

from django.utils import translation

from accounts.models import Membership
from marketplace.models import Evidence, Order, TeamFeedback
from marketplace.models.evidence_verbs import Finding
from marketplace.models.team_feedback import Mark, marked_skills
from vet2b.demo.teams import trainer_of
from vet2b.demo.times import owner_of

RECORDED = frozenset({2, 8, 24, 33})  # offers whose completed orders have a team, and students with an account in it
REASONS = {
    "IT": "Ore annotate su carta.", "LV": "Stundas pierakstītas uz papīra.",
    "PL": "Godziny zapisane na papierze.", "PT": "Horas registadas em papel.",
}  # fmt: skip
WORDS = {
    "IT": "Lavora con cura e chiede quando serve.", "LV": "Strādā rūpīgi un prasa, kad vajag.",
    "PL": "Pracuje starannie i pyta, gdy trzeba.", "PT": "Trabalha com cuidado e pergunta quando é preciso.",
}  # fmt: skip
LINES = {
    "IT": "Puntuali e gentili, siamo contenti.", "LV": "Laikā un laipni, esam apmierināti.",
    "PL": "Na czas i uprzejmie, jesteśmy zadowoleni.", "PT": "Pontuais e simpáticos, ficámos contentes.",
}  # fmt: skip
MINUTES = 18 * 60


def add_evidence() -> None:
    """Each first student with an account shows a part of the record; every second client gives feedback."""
    orders = Order.objects.filter(status__in=["completed", "closed"], team__isnull=False).distinct().order_by("pk")
    for number, order in enumerate(orders):
        with translation.override(order.seller.source_language):
            records = confirm(order)
        if number % 2 == 0:
            give_feedback(order, owner_of(order.buyer))
        for record in records:
            show(record)


def confirm(order: Order) -> list[Evidence]:
    country, learners = order.seller.country.code, [member.learner for member in order.team.live()]
    common: dict[str, Any] = {"tasks": order.title, "minutes": MINUTES, "minutes_reason": REASONS[country]}
    common["skills"] = tuple(marked_skills(order))
    findings = [
        Finding(learner=learner, level=level_of(number), words=WORDS[country], **common)
        for number, learner in enumerate(learners)
    ]
    return Evidence.confirm_team(order, findings, by=trainer_of(order))


def level_of(number: int) -> str:
    levels = [Evidence.Level.ALONE, Evidence.Level.HELPED, Evidence.Level.GUIDES]
    return levels[number % len(levels)]


def give_feedback(order: Order, by: Membership) -> None:
    marks = {skill: Mark.BETTER if place == 0 else Mark.WELL for place, skill in enumerate(marked_skills(order))}
    TeamFeedback.give(order, marks, by=by, line=LINES[order.seller.country.code], may_be_named=True)


def show(record: Evidence) -> None:
    by = record.learner.membership
    if by:
        record.show(by=by, name="short", hours=True, skills=True, feedback=True)

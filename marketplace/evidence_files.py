"""A record of a learner as a document to print and as plain figures to take elsewhere."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _
from segno import make_qr

from marketplace.issuers import address
from marketplace.models import Evidence
from vet2b.lib.formats import day
from vet2b.lib.pdf import Document

QR_WIDTH = 32  # mm


def local_day(evidence: Evidence) -> str:
    return day(evidence.confirmed_at.astimezone(evidence.order.zone).date())


def record_pdf(evidence: Evidence) -> bytes:
    """In the active language, the same bytes each time. The code leads to the public page where there is one."""
    school = evidence.order.seller.name
    document = Document(
        title=evidence.title, language=get_language() or "en", created_at=evidence.confirmed_at, footer=school,
        author=school,
    )  # fmt: skip
    document.title(_("Record of practical work"), school)
    if evidence.is_revoked:
        document.notice(_("This record was revoked and is not valid."))
    document.facts(facts_of(evidence))
    document.heading(_("What was done"))
    document.paragraph(evidence.tasks)
    add_skills(document, evidence)
    add_feedback(document, evidence)
    if evidence.is_public and not evidence.is_revoked:
        add_code(document, address("verify", evidence.code))
    return document.content()


def facts_of(evidence: Evidence) -> list[tuple[str, str]]:
    facts = [
        (_("Student"), str(evidence.learner)),
        (_("School"), evidence.order.seller.name),
        (_("Order"), evidence.title),
        (_("Hours"), evidence.hours),
        (_("Works"), str(evidence.get_level_display())),
    ]
    if evidence.words:
        facts.append((_("Assessment"), evidence.words))
    if evidence.client_name:
        facts.append((_("Client"), evidence.client_name))
    by = {"name": evidence.confirmed_by, "day": local_day(evidence)}
    return [*facts, (_("Confirmed by"), _("%(name)s on %(day)s") % by)]


def add_skills(document: Document, evidence: Evidence) -> None:
    skills = list(evidence.skills.all())
    if skills:
        document.heading(_("Skills (ESCO)"))
        document.table([_("Skill"), _("Address")], [(s.label, s.uri) for s in skills], widths=(2, 3))


def add_feedback(document: Document, evidence: Evidence) -> None:
    if evidence.feedback is None:
        return
    document.heading(_("Feedback of the client on the team"))
    if evidence.feedback.line:
        document.paragraph(evidence.feedback.line)
    marks = [(mark.label, str(mark.get_mark_display())) for mark in evidence.feedback.marks.all()]
    if marks:
        document.table([_("Skill"), _("Mark")], marks, widths=(3, 2))


def add_code(document: Document, url: str) -> None:
    document.heading(_("Check this record"))
    document.image(qr_png(url), width=QR_WIDTH, alt=url)
    document.paragraph(url, small=True)


def qr_png(url: str) -> bytes:
    out = BytesIO()
    make_qr(url).save(out, kind="png", scale=6)
    return out.getvalue()


def record_json(evidence: Evidence) -> dict[str, Any]:
    """Everything that the record says, in words of no language where there are some."""
    feedback = evidence.feedback
    return {
        "learner": str(evidence.learner),
        "school": evidence.order.seller.name,
        "order": evidence.title,
        "client": evidence.client_name or None,
        "tasks": evidence.tasks,
        "minutes": evidence.minutes,
        "level": evidence.level,
        "assessment": evidence.words,
        "skills": [{"uri": skill.uri, "label": skill.label, "framework": "ESCO"} for skill in evidence.skills.all()],
        "confirmed_at": evidence.confirmed_at.isoformat(),
        "confirmed_by": str(evidence.confirmed_by),
        "revoked_at": evidence.revoked_at and evidence.revoked_at.isoformat(),
        "team_feedback": feedback and {
            "line": feedback.line,
            "marks": [{"uri": mark.uri, "label": mark.label, "mark": mark.mark} for mark in feedback.marks.all()],
        },
    }  # fmt: skip

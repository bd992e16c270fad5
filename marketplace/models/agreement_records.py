"""What `manage.py verify_records` looks at: the seals of agreements and of what changes them, and their files."""

from __future__ import annotations

from collections.abc import Iterator

from accounts.records import file_problem, register
from marketplace.models.agreement_signatures import AgreementPaper
from marketplace.models.agreements import AgreementVersion
from marketplace.models.changes import ChangeRequest


def broken_agreements() -> Iterator[tuple[str, str]]:
    versions = AgreementVersion.objects.select_related("agreement__order").prefetch_related("signatures")
    for version in versions.iterator(chunk_size=200):
        label = f"{version.agreement.order.ref} version {version.number}"
        if not version.is_intact:
            yield label, "the text is not the one that was sealed"
        if version.pdf and (problem := file_problem(version.pdf, version.pdf_sha256)):
            yield label, problem
    for paper in AgreementPaper.objects.select_related("version__agreement__order").iterator():
        if problem := file_problem(paper.file, paper.sha256):
            yield f"{paper.version.agreement.order.ref} paper {paper.ref}", problem


def broken_changes() -> Iterator[tuple[str, str]]:
    for change in ChangeRequest.objects.exclude(sha256="").select_related("order").iterator():
        if not change.is_intact:
            yield f"{change.order.ref} change {change.ref}", "the terms are not those that were signed"


register("agreements", broken_agreements)
register("changes", broken_changes)

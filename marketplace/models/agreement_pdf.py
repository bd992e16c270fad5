"""The PDF of a version: all sections in both languages, the signatures, and the hash of the text that was signed."""

from __future__ import annotations

import hashlib
import logging
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from marketplace.models.agreement_signatures import AgreementSignature
from marketplace.models.agreements import AgreementVersion
from vet2b.lib.formats import moment
from vet2b.lib.pdf import Document

log = logging.getLogger(__name__)


def make_due_pdfs(limit: int = 50) -> int:
    """Those whose signatures have changed, each in its own transaction; any number of workers may do it at once."""
    tried: list[int] = []
    while len(tried) < limit:
        with transaction.atomic():
            due = AgreementVersion.objects.filter(is_pdf_due=True).exclude(pk__in=tried).order_by("pk")
            version = due.select_for_update(skip_locked=True).first()
            if version is None:
                break
            tried.append(version.pk)
            store(version)
    return len(tried)


def store(version: AgreementVersion) -> None:
    old, storage = version.pdf.name, version.pdf.storage
    content = pdf_of(version)
    try:
        version.pdf.save("", ContentFile(content), save=False)
    except OSError as error:  # it stays due, and is tried again
        log.error("pdf of version %s was not stored: %r", version.pk, error)
        return
    version.pdf_sha256, version.is_pdf_due = hashlib.sha256(content).hexdigest(), False
    version.save(update_fields=["pdf", "pdf_sha256", "is_pdf_due"])
    if old:
        transaction.on_commit(lambda: storage.delete(old))


def pdf_of(version: AgreementVersion) -> bytes:
    content, zone = version.content, version.agreement.order.zone
    signatures = list(version.signatures.select_related("organisation"))
    language = content["languages"][0]
    with override(language):
        document = Document(
            title=_("Agreement: %(title)s") % {"title": content["title"]},
            language=language,
            created_at=max([each.voided_at or each.signed_at for each in signatures], default=version.created_at),
            footer=f"{content['order']} · {content['number']} · SHA-256 {version.sha256}",
        )
        put_head(document, version)
    for section in content["sections"]:
        put_section(document, section["words"], content["languages"])
    if change := content.get("change"):
        with override(language):
            put_change(document, change)
    with override(language):
        put_end(document, version, signatures, zone)
    return document.content()


def put_head(document: Document, version: AgreementVersion) -> None:
    content = version.content
    number = _("Version %(number)s") % {"number": content["number"]}
    document.title(content["title"], under=f"{_('Agreement')} · {content['order']} · {number}")
    labels = {"seller": _("School"), "buyer": _("Client")}
    document.facts([(labels[party["side"]], party_line(party)) for party in content["parties"]])
    if not version.is_checked:
        document.notice(_("These texts are a start. Have your lawyer check them before you sign."))


def party_line(party: dict[str, str]) -> str:
    parts = ("name", "address", "country", "registration_number", "vat_id")
    return ", ".join(party[part] for part in parts if party[part])


def put_section(document: Document, words: dict[str, Any], languages: list[str]) -> None:
    each = [words[language] for language in languages]
    document.heading(" · ".join(dict.fromkeys(word["title"] for word in each)))
    texts = [written(word) for word in each]
    if len(texts) == 2:
        document.columns(*texts)
    else:
        document.paragraph(texts[0])


def written(words: dict[str, Any]) -> str:
    facts = [f"{name}: {value}" for name, value in words["facts"]]
    return "\n\n".join([words["text"], *facts])


def put_change(document: Document, change: dict[str, Any]) -> None:
    """What both signed of the change that made this version."""
    document.heading(_("The change that made this version"))
    document.paragraph(change["why"])
    document.facts([(each["organisation"], f"{each['name']}, {each['function']}") for each in change["signatures"]])
    document.paragraph(_("SHA-256 of the signed terms: %(hash)s") % {"hash": change["sha256"]}, small=True)


def put_end(document: Document, version: AgreementVersion, signatures: list[AgreementSignature], zone: Any) -> None:
    document.heading(_("Signatures"))
    rows = [
        (each.organisation.name, f"{each.name}, {each.function}", moment(each.signed_at, zone), state_of(each))
        for each in signatures
    ]
    if rows:
        document.table([_("For"), _("Name and function"), _("Signed"), ""], rows, widths=(3, 4, 4, 2))
    document.paragraph(_("SHA-256 of the signed text: %(hash)s") % {"hash": version.sha256}, small=True)


def state_of(signature: AgreementSignature) -> str:
    if signature.voided_at:
        return _("void")
    return _("on paper") if signature.paper_id else _("electronic")

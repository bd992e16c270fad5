"""What people may upload, decided by content: JPEG, PNG, WebP and PDF without active parts."""

from __future__ import annotations

import logging
import re
import struct
import unicodedata
import zlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from io import BytesIO
from itertools import chain
from math import ceil
from pathlib import PurePosixPath

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile, File
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from vet2b.lib.clamav import ScannerDown, is_clean

log = logging.getLogger(__name__)

MAX_BYTES = 10 * 1024 * 1024
MAX_PIXELS = 25_000_000
MAX_NAME = 120
MAX_SIDE_WEBP = 1600
MAX_INFLATED = 160 * 1024 * 1024
PIECE = 1024 * 1024
FED = 16 * 1024

EXTENSIONS = {"jpg": "JPEG", "jpeg": "JPEG", "png": "PNG", "webp": "WEBP", "pdf": "PDF"}
CONTENT_TYPES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp", "PDF": "application/pdf"}
# chosen so that 25 megapixels take under 5 seconds of one core
SAVING = {"JPEG": {"quality": 88}, "PNG": {"compress_level": 3}, "WEBP": {"quality": 86, "method": 1}}
BROKEN = (
    OSError, SyntaxError, ValueError, EOFError, IndexError, struct.error, zlib.error,
    Image.DecompressionBombError, Image.DecompressionBombWarning,
)  # fmt: skip


@dataclass(frozen=True)
class Checked:
    """A file that is safe to store. `width` and `height` are 0 for documents."""

    file: File
    name: str
    content_type: str
    size: int
    width: int = 0
    height: int = 0


def check_upload(file: File, kinds: Collection[str] = frozenset({"image", "pdf"}), *, to_webp: bool = False) -> Checked:
    """The file as it may be stored; raises ValidationError with words for the person who sent it.

    `kinds` holds "image", "pdf" or both. Images are drawn anew, so that nothing but their pixels is kept;
    `to_webp` turns them into WebP of at most 1600 pixels a side."""
    name = clean_name(file.name or "")
    extension = PurePosixPath(name).suffix.removeprefix(".").lower()
    format = EXTENSIONS.get(extension)
    if format is None or ("pdf" if format == "PDF" else "image") not in kinds:
        raise ValidationError(wrong_kind(kinds), code="kind")
    if not file.size:
        raise ValidationError(_("“%(name)s” is empty.") % {"name": name}, code="empty")
    if file.size > MAX_BYTES:
        raise ValidationError(_("“%(name)s” is larger than 10 MB.") % {"name": name}, code="size")
    if settings.CLAMD_URL:
        check_clean(file, name)
    file.seek(0)
    if format == "PDF":
        check_pdf(file.read(), name)
        file.seek(0)
        return Checked(file, name, CONTENT_TYPES[format], file.size)
    return redrawn(file, name, format, to_webp=to_webp)


def check_clean(file: File, name: str) -> None:
    """Refuses what the scanner knows to be harmful, and everything while it is away: nothing unscanned is kept."""
    file.seek(0)
    try:
        if is_clean(file.read(), settings.CLAMD_URL):
            return
    except ScannerDown as error:
        log.error("an upload was refused, as the virus scanner does not answer: %s", error)
        raise ValidationError(
            _("“%(name)s” cannot be checked for viruses at the moment. Please try again later.") % {"name": name},
            code="unscanned",
        ) from error
    raise ValidationError(_("“%(name)s” holds a virus.") % {"name": name}, code="virus")


def wrong_kind(kinds: Collection[str]) -> str:
    if set(kinds) == {"image"}:
        return _("Choose a picture: JPEG, PNG or WebP.")
    if set(kinds) == {"pdf"}:
        return _("Choose a PDF.")
    return _("Choose a JPEG, PNG or WebP picture or a PDF.")


def clean_name(name: str) -> str:
    """The last part of a path, without control and direction characters, at most 120 characters long."""
    name = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    name = "".join(" " if unicodedata.category(char)[0] in "CZ" else char for char in name)
    name = re.sub(r'[<>:"|?*;]', "", " ".join(name.split())).strip().rstrip(" .")
    stem, dot, extension = name.rpartition(".")
    if not dot:
        return name[:MAX_NAME]
    return f"{stem.rstrip(' .')[: MAX_NAME - len(extension[:8]) - 1] or 'file'}.{extension[:8]}"


# --- Images ----------------------------------------------------------------------------------
def redrawn(file: File, name: str, format: str, *, to_webp: bool) -> Checked:
    try:
        image = opened(file, name, format)
        if to_webp:
            # the size to come, not the box around it, which a picture that is not square would fall short of
            image.draft("RGB", within(image.size, MAX_SIDE_WEBP))
        ImageOps.exif_transpose(image, in_place=True)
        if to_webp:
            image.thumbnail((MAX_SIDE_WEBP, MAX_SIDE_WEBP), reducing_gap=2.0)
        canvas = fresh_canvas(image)
    except BROKEN as error:
        raise ValidationError(
            _("“%(name)s” cannot be read as a picture. Save it again and retry.") % {"name": name},
            code="broken",
        ) from error
    del image  # before encoding, which needs as much memory again
    if format == "JPEG" and canvas.mode == "RGBA":
        canvas = canvas.convert("RGB")
    if to_webp:
        name, format = f"{name.rpartition('.')[0]}.webp", "WEBP"
    content = BytesIO()
    canvas.save(content, format, **SAVING[format])
    stored = ContentFile(content.getvalue(), name=name)
    return Checked(stored, name, CONTENT_TYPES[format], stored.size, *canvas.size)


def within(size: tuple[int, int], side: int) -> tuple[int, int]:
    """The same shape with no side longer than `side`."""
    share = min(1, side / max(size))
    return (ceil(size[0] * share), ceil(size[1] * share))


def opened(file: File, name: str, format: str) -> Image.Image:
    """The image with its header read and its pixels not yet decoded."""
    image = Image.open(file, formats=[format])
    if image.width * image.height > MAX_PIXELS:
        raise ValidationError(_("“%(name)s” has more than 25 megapixels.") % {"name": name}, code="pixels")
    return image


def fresh_canvas(image: Image.Image) -> Image.Image:
    """The first frame's pixels on a new image, which has no profile, comment, position or thumbnail."""
    if image.mode not in {"RGB", "RGBA", "L"}:
        has_alpha = image.mode in {"LA", "PA", "La", "RGBa"} or "transparency" in image.info
        plain = "L" if image.mode == "1" else "RGB"
        image = image.convert("RGBA" if has_alpha else plain)
    canvas = Image.new(image.mode, image.size)
    canvas.paste(image)
    return canvas


# --- PDF -------------------------------------------------------------------------------------
# An /OpenAction that is an array only says which page to show first, as most office programs write it.
# /JS alone is not looked for: three bytes turn up in any picture, and it does nothing without one of these.
ACTIVE = re.compile(
    rb"/(?:JavaScript|OpenAction(?!\s*\[)|Launch|EmbeddedFiles?|RichMedia|Rendition|SubmitForm|ImportData|XFA)"
    rb"(?![A-Za-z0-9_])"
)
ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
STREAM = re.compile(rb"(?<!end)stream\r?\n?")
UNREADABLE_FILTERS = re.compile(rb"/(?:ASCIIHexDecode|ASCII85Decode|LZWDecode|RunLengthDecode|Crypt)(?![A-Za-z0-9])")


def check_pdf(content: bytes, name: str) -> None:
    if not content.startswith(b"%PDF-") or b"%%EOF" not in content[-1024:]:
        raise ValidationError(_("“%(name)s” is not a whole PDF.") % {"name": name}, code="broken")
    plain = unescaped(content)
    if re.search(rb"/Encrypt(?![A-Za-z])", plain):
        raise ValidationError(
            _("“%(name)s” is protected. Save it without a password.") % {"name": name}, code="protected"
        )
    if b"/ObjStm" in plain and (UNREADABLE_FILTERS.search(plain) or has_predicted_objects(plain)):
        raise ValidationError(_("“%(name)s” is packed in an unusual way. Print it to PDF again.") % {"name": name})
    if any(ACTIVE.search(part) for part in chain([plain], inflated_parts(content, name))):
        raise ValidationError(
            _("“%(name)s” holds scripts, forms or other files. Print it to PDF again and retry.") % {"name": name},
            code="active",
        )


def unescaped(content: bytes) -> bytes:
    """Names may be written with #xx for any character; read them as a viewer does."""
    return ESCAPED.sub(lambda match: bytes([int(match[1], 16)]), content)


def has_predicted_objects(plain: bytes) -> bool:
    """Whether a stream of objects is stored as differences, where a search would find nothing."""
    start = 0
    for match in STREAM.finditer(plain):
        header = plain[max(start, match.start() - 4096) : match.start()]
        if b"/ObjStm" in header and b"/Predictor" in header:
            return True
        start = match.end()
    return False


def inflated_parts(content: bytes, name: str) -> Iterator[bytes]:
    """What the compressed streams hold, in overlapping pieces, so that memory stays small."""
    left, view = MAX_INFLATED, memoryview(content)
    for match in STREAM.finditer(content):
        start, tail = match.end(), b""
        if not is_zlib(content[start : start + 2]):
            continue
        for piece in inflated(view[start:]):
            left -= len(piece)
            if left < 0:
                raise ValidationError(_("“%(name)s” is too large when unpacked.") % {"name": name}, code="bomb")
            yield unescaped(tail + piece)
            tail = piece[-64:]


def is_zlib(head: bytes) -> bool:
    return len(head) == 2 and head[0] & 15 == 8 and int.from_bytes(head, "big") % 31 == 0


def inflated(source: memoryview) -> Iterator[bytes]:
    """Pieces of at most 1 MB; stops quietly where the data is broken, as viewers do."""
    inflater = zlib.decompressobj()
    for start in range(0, len(source), FED):
        fed: bytes | memoryview = source[start : start + FED]
        while fed and not inflater.eof:
            try:
                piece = inflater.decompress(fed, PIECE)
            except zlib.error:
                return
            if piece:
                yield piece
            fed = inflater.unconsumed_tail
        if inflater.eof:
            return

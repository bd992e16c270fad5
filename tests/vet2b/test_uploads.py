import time
import zlib
from io import BytesIO

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, PngImagePlugin

from vet2b.lib.uploads import MAX_BYTES, check_upload, clean_name


def picture(format="JPEG", size=(40, 20), mode="RGB", **saving):
    content = BytesIO()
    Image.new(mode, size, "teal" if mode != "1" else 1).save(content, format, **saving)
    return content.getvalue()


def pdf(inner=b"", tail=b"\ntrailer << /Root 1 0 R >>\nstartxref\n9\n%%EOF\n"):
    return b"%PDF-1.7\n1 0 obj << /Type /Catalog /Pages 2 0 R " + inner + b" >> endobj" + tail


def stream(data, header=b"/Filter /FlateDecode"):
    return b"%d 0 obj << /Length %d %s >> stream\n%s\nendstream endobj" % (9, len(data), header, data)


def upload(content, name):
    return SimpleUploadedFile(name, content, content_type="image/svg+xml")


def refusal(content, name, **options):
    with pytest.raises(ValidationError) as refused:
        check_upload(upload(content, name), **options)
    return refused.value.code


@pytest.mark.parametrize(
    ("format", "name", "content_type"),
    [("JPEG", "a.jpg", "image/jpeg"), ("JPEG", "a.JPEG", "image/jpeg"), ("PNG", "a.png", "image/png"),
     ("WEBP", "a.webp", "image/webp")],
)  # fmt: skip
def test_pictures_keep_their_type_and_size(format, name, content_type):
    checked = check_upload(upload(picture(format), name))

    assert (checked.content_type, checked.width, checked.height) == (content_type, 40, 20)
    stored = checked.file.read()
    assert checked.size == len(stored)
    assert Image.open(BytesIO(stored)).format == format


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "I;16"])
@pytest.mark.parametrize("to_webp", [False, True])
def test_every_mode_of_a_picture_can_be_redrawn(mode, to_webp):
    format, name = ("JPEG", "a.jpg") if mode == "CMYK" else ("PNG", "a.png")
    content = BytesIO()
    Image.new(mode, (8, 8)).save(content, format)

    checked = check_upload(upload(content.getvalue(), name), to_webp=to_webp)

    assert checked.content_type == ("image/webp" if to_webp else f"image/{format.lower()}")


def test_nothing_but_the_pixels_is_kept():
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by 90 degrees
    exif[0x010E] = "CANARY description"
    exif.get_ifd(0x8825)[2] = (56.0, 57.0, 0.0)
    content = picture(exif=exif, comment=b"CANARY comment", icc_profile=b"CANARY profile") + b"CANARY tail"

    checked = check_upload(upload(content, "a.jpg"))

    stored = checked.file.read()
    assert b"CANARY" not in stored
    assert (checked.width, checked.height) == (20, 40)
    image = Image.open(BytesIO(stored))
    assert dict(image.getexif()) == {}
    assert "icc_profile" not in image.info


def test_text_in_a_png_is_dropped():
    words = PngImagePlugin.PngInfo()
    words.add_text("Comment", "CANARY")

    assert b"CANARY" not in check_upload(upload(picture("PNG", pnginfo=words), "a.png")).file.read()


def test_webp_for_offers_is_at_most_1600_a_side():
    checked = check_upload(upload(picture(size=(4000, 1000)), "wide.jpg"), {"image"}, to_webp=True)

    assert (checked.name, checked.content_type) == ("wide.webp", "image/webp")
    assert (checked.width, checked.height) == (1600, 400)


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "a.svg", "kind"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "a.png", "broken"),
        (b"GIF89a" + bytes(40), "a.gif", "kind"),
        (b"MZ" + bytes(100), "setup.exe", "kind"),
        (b"MZ" + bytes(100), "setup.exe.pdf", "broken"),
        (b"<html><script>alert(1)</script>", "a.html", "kind"),
        (picture("PNG"), "a.jpg", "broken"),
        (picture("GIF"), "a.png", "broken"),
        (picture("BMP"), "a.jpg", "broken"),
        (picture("PNG")[:60], "cut.png", "broken"),
        (picture("JPEG")[:300], "cut.jpg", "broken"),
        (picture("WEBP")[:30], "cut.webp", "broken"),
        (b"", "empty.png", "empty"),
        (b"x", "noextension", "kind"),
        (b"x" * (MAX_BYTES + 1), "large.png", "size"),
    ],
)
def test_what_is_no_picture_or_pdf_is_refused(content, name, code):
    assert refusal(content, name) == code


def test_kinds_limit_what_is_taken():
    assert refusal(pdf(), "a.pdf", kinds={"image"}) == "kind"
    assert refusal(picture(), "a.jpg", kinds={"pdf"}) == "kind"


@pytest.mark.parametrize("size", [(5001, 5000), (30_000, 30_000), (16_000, 6_000)])
def test_too_many_pixels_are_refused_before_they_are_decoded(size):
    bomb = b"\x89PNG\r\n\x1a\n" + chunk(
        b"IHDR", size[0].to_bytes(4, "big") + size[1].to_bytes(4, "big") + b"\x08\x02\0\0\0"
    )
    bomb += chunk(b"IDAT", zlib.compress(bytes(100))) + chunk(b"IEND", b"")
    started = time.process_time()

    assert refusal(bomb, "bomb.png") in {"pixels", "broken"}
    assert time.process_time() - started < 0.5


def chunk(kind, data):
    return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")


@pytest.mark.parametrize(
    "inner",
    [
        b"",
        b"/OpenAction [3 0 R /XYZ null null 0]",
        b"/Title (JavaScript for beginners)",
        b"/Title (Launch day)",
        b"/ViewerPreferences << /DisplayDocTitle true >>",
    ],
)
def test_plain_pdfs_pass(inner):
    checked = check_upload(upload(pdf(inner), "Menu.pdf"))

    assert (checked.name, checked.content_type) == ("Menu.pdf", "application/pdf")
    assert checked.file.read() == pdf(inner)


@pytest.mark.parametrize(
    "inner",
    [
        b"/OpenAction << /S /JavaScript /JS (app.alert(1)) >>",
        b"/OpenAction 7 0 R",
        b"/AA << /O << /S /Launch /F (cmd.exe) >> >>",
        b"/Names << /EmbeddedFiles 5 0 R >>",
        b"/Names << /JavaScript 5 0 R >>",
        b"/A << /S /J#61v#61Script /JS (x) >>",
        b"/AcroForm << /XFA 9 0 R >>",
        b"/A << /S /SubmitForm /F (http://example.org) >>",
        b"/A<</S/Launch>>",
    ],
)
def test_pdfs_with_active_parts_are_refused(inner):
    assert refusal(pdf(inner), "a.pdf") == "active"


@pytest.mark.parametrize("wbits", [9, 12, 15])
def test_active_parts_hidden_in_compressed_objects_are_found(wbits):
    packer = zlib.compressobj(9, zlib.DEFLATED, wbits)
    data = packer.compress(b" " * 3_000_000 + b"4 0 << /S /Java#53cript /JS (x) >>") + packer.flush()

    assert refusal(pdf() + stream(data, b"/Type /ObjStm /Filter /FlateDecode") + b"\n%%EOF", "a.pdf") == "active"


@pytest.mark.parametrize(
    "header",
    [b"/Type /ObjStm /Filter [/ASCIIHexDecode /FlateDecode]",
     b"/Type /ObjStm /Filter /FlateDecode /DecodeParms << /Predictor 12 >>"],
)  # fmt: skip
def test_compressed_objects_that_cannot_be_searched_are_refused(header):
    content = b"%PDF-1.7\n" + stream(zlib.compress(b"4 0 << >>"), header) + b"\n%%EOF"

    assert refusal(content, "a.pdf") is None


def test_protected_cut_and_appended_pdfs_are_refused():
    assert refusal(pdf(tail=b"\ntrailer << /Encrypt 8 0 R >>\n%%EOF"), "a.pdf") == "protected"
    assert refusal(pdf(tail=b""), "a.pdf") == "broken"
    assert refusal(pdf() + b"PK\x03\x04" + bytes(3000), "a.pdf") == "broken"
    assert refusal(b"GIF89a" + pdf(), "a.pdf") == "broken"


def test_a_pdf_bomb_is_refused_in_time():
    block = zlib.compress(bytes(40_000_000), 9)
    started = time.process_time()

    assert refusal(pdf(tail=b"") + stream(block) * 8 + b"%%EOF", "bomb.pdf") == "bomb"
    assert time.process_time() - started < 5


def test_many_small_streams_take_little_time():
    small = stream(zlib.compress(b"BT (word) Tj ET" * 20))
    started = time.process_time()

    check_upload(upload(pdf(tail=b"") + small * 20_000 + b"%%EOF", "pages.pdf"))

    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    ("given", "clean"),
    [
        ("../../etc/passwd.png", "passwd.png"),
        ("C:\\Users\\ann\\menu.pdf", "menu.pdf"),
        ("a\r\nSet-Cookie: x=1.pdf", "a Set-Cookie x=1.pdf"),
        ("invoice\u202efdp.exe", "invoice fdp.exe"),
        ("Ēdienkarte ziemā.pdf", "Ēdienkarte ziemā.pdf"),
        ('a"b;c.pdf', "abc.pdf"),
        (".pdf", "file.pdf"),
        ("x" * 300 + ".webp", "x" * 115 + ".webp"),
    ],
)
def test_names_are_cleaned(given, clean):
    assert clean_name(given) == clean

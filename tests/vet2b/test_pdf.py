from datetime import UTC, datetime
from io import BytesIO

from PIL import Image
from pypdf import PdfReader

from vet2b.lib.pdf import Document

LETTERS = "ģķļņšūžąęėįųłńóśźçãõàè€ĢĶĻŅŠŪŽĄĘĖĮŲŁŃÓŚŹÇÃÕÀÈ"
MOMENT = datetime(2026, 5, 4, 12, 30, tzinfo=UTC)


def make(**kwargs):
    return Document(
        **{"title": "Agreement A-1", "language": "lv", "created_at": MOMENT, "footer": "Version 2", **kwargs}
    )


def read(document):
    return PdfReader(BytesIO(document.content()))


def text_of(document):
    return "\n".join(page.extract_text() for page in read(document).pages)


def long_text(word, paragraphs=30):
    return "\n\n".join(f"{word} {number}. " + f"{word} " * 60 for number in range(paragraphs))


def picture():
    content = BytesIO()
    Image.new("1", (29, 29)).save(content, "PNG")
    return content.getvalue()


def test_letters_of_all_our_languages_are_read_back():
    document = make()
    document.title(LETTERS)
    document.heading(LETTERS)
    document.paragraph(LETTERS)
    document.columns(LETTERS, LETTERS)

    assert text_of(document).replace("\n", "").count(LETTERS) >= 3
    assert set(LETTERS) <= set(text_of(document))


def test_each_letter_has_a_glyph_of_its_own():
    document = make()
    document.paragraph(LETTERS)

    fonts = read(document).pages[0]["/Resources"]["/Font"].get_object()
    embedded = [font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"] for font in fonts.values()]
    assert embedded
    assert all("/FontFile2" in descriptor.get_object() for descriptor in embedded)
    assert "\ufffd" not in text_of(document)


def test_names_in_greek_and_cyrillic_are_drawn_and_others_are_marked():
    document = make()
    document.paragraph("Олена Ξένια → 漢字")

    assert "Олена Ξένια → \ufffd\ufffd" in text_of(document)


def test_narrow_spaces_and_loose_accents_are_made_plain():
    document = make()
    document.paragraph("1\u202f200,00\u202fzł s\u030c \u200bend")

    assert "1 200,00 zł š end" in text_of(document)


def test_title_language_and_date_are_told():
    reader = read(make(author="Linden Vocational School"))

    assert reader.metadata.title == "Agreement A-1"
    assert reader.metadata.author == "Linden Vocational School"
    assert reader.metadata.creation_date == MOMENT
    assert reader.root_object["/Lang"] == "lv"


def test_the_same_input_gives_the_same_bytes():
    def content():
        document = make()
        document.title("One", "Two")
        document.columns("left " * 300, "right " * 300)
        document.table(["a", "b"], [["1", "2"]], widths=(1, 1))
        document.image(picture(), width=30, alt="code")
        return document.content()

    assert content() == content()


def test_every_page_says_its_number_and_the_footer():
    document = make()
    document.paragraph(long_text("word", 20))

    pages = [page.extract_text() for page in read(document).pages]
    assert len(pages) > 1
    for number, page in enumerate(pages, 1):
        assert f"{number} / {len(pages)}" in page
        assert "Version 2" in page


def test_both_columns_break_together():
    document = make()
    document.columns(long_text("left"), long_text("right"))

    pages = [page.extract_text() for page in read(document).pages]
    assert len(pages) > 2
    for number in range(30):
        assert [n for n, page in enumerate(pages) if f"left {number}." in page] == [
            n for n, page in enumerate(pages) if f"right {number}." in page
        ]


def test_paragraphs_of_unequal_length_stay_whole():
    document = make()
    document.columns("short\n\nlast left", "long " * 400 + "\n\nlast right\n\nalone")

    text = text_of(document)
    assert text.count("long") == 400
    assert text.index("last left") < text.index("last right") < text.index("alone")


def test_the_head_of_a_table_comes_again_on_each_page():
    document = make()
    rows = [[f"Line {number}", f"{number},00 €"] for number in range(120)]
    document.table(["Work", "Price"], rows, widths=(3, 1), numbers=[1], totals=[["Total", "7140,00 €"]])

    pages = [page.extract_text() for page in read(document).pages]
    assert len(pages) > 2
    assert all("Work" in page and "Price" in page for page in pages)
    assert "7140,00 €" in pages[-1]


def test_numbers_end_at_the_right():
    document = make()
    document.table(["Work", "Price"], [["One", "1,00"], ["Two", "1000,00"]], widths=(1, 1), numbers=[1])

    places = {}
    read(document).pages[0].extract_text(
        visitor_text=lambda text, cm, tm, font, size: places.setdefault(text.strip(), tm[4])
    )
    assert places["1,00"] > places["1000,00"]


def test_facts_notice_and_picture_are_on_the_page():
    document = make()
    document.facts([("Client", "Birch Bakery"), ("Place", "Rīga")])
    document.notice("Have your lawyer check this.")
    document.image(picture(), width=30, alt="Payment code")

    reader = read(document)
    text = reader.pages[0].extract_text()
    assert "Client" in text
    assert "Birch Bakery" in text
    assert "Have your lawyer check this." in text
    assert len(reader.pages[0].images) == 1

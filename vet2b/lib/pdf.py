"""A4 documents in our own type: agreements, invoice sheets, records of learners.

The same calls with the same `created_at` give the same bytes, so that a document can be made anew and compared."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import cast

from fontTools.ttLib import TTFont
from fpdf import FPDF
from fpdf.enums import MethodReturnValue, TableBordersLayout, TableHeadingsDisplay, XPos, YPos
from fpdf.fonts import FontFace

FONTS = Path(__file__).parent / "fonts"
FAMILIES = {"text": "atkinson", "rest": "dejavu"}
STYLES = {"": "regular", "B": "bold"}
PINE, INK, MUTED, LINE, WASH = (15, 84, 69), (18, 36, 30), (74, 91, 83), (211, 221, 215), (242, 246, 243)
MARGIN, FOOT, GUTTER = 20, 22, 8
BODY, SMALL = 10, 8.5
LEADING = 0.5  # mm of line for each point of type
SPACES = re.compile(r"[\u2000-\u200a\u202f\u205f]")
UNKNOWN = "\ufffd"


class Document:
    """`language` is that of the words around the content; `footer` stands beside the page numbers."""

    def __init__(self, *, title: str, language: str, created_at: datetime, footer: str = "", author: str = ""):
        self.pdf = Sheet(plain(footer))
        self.pdf.set_title(plain(title))
        self.pdf.set_author(plain(author))
        self.pdf.set_lang(language)
        self.pdf.set_creation_date(created_at)
        self.pdf.add_page()

    def title(self, text: str, under: str = "") -> None:
        self.lines(text, size=20, bold=True, color=PINE)
        if under:
            self.lines(under, size=11, color=MUTED)
        self.gap(4)

    def heading(self, text: str) -> None:
        self.keep_together(24)
        self.gap(3)
        self.lines(text, size=13, bold=True, color=PINE)
        self.gap(1)

    def paragraph(self, text: str, *, small: bool = False, bold: bool = False) -> None:
        for piece in pieces(text):
            self.lines(piece, size=SMALL if small else BODY, bold=bold, color=MUTED if small else INK)
            self.gap(1.5)

    def notice(self, text: str) -> None:
        """A sentence that nobody should miss, in a box."""
        self.keep_together(20)
        self.pdf.use(BODY)
        with self.pdf.table(**TABLE, first_row_as_headings=False, cell_fill_color=WASH, cell_fill_mode="ALL") as table:
            table.row([plain(text)])
        self.gap(3)

    def columns(self, left: str, right: str, *, bold: bool = False) -> None:
        """Two texts side by side, paragraph by paragraph: what belongs together stands at the same height."""
        texts = [pieces(left), pieces(right)]
        for number in range(max(map(len, texts))):
            self.side_by_side([text[number] if number < len(text) else "" for text in texts], bold=bold)
            self.gap(1.5)

    def facts(self, pairs: Iterable[tuple[str, str]]) -> None:
        self.pdf.use(BODY)
        with self.pdf.table(**TABLE, first_row_as_headings=False, col_widths=(1, 2), borders_layout=BARE) as table:
            for name, value in pairs:
                row = table.row()
                row.cell(plain(name), style=FontFace(color=MUTED))
                row.cell(plain(value))
        self.gap(3)

    def table(
        self,
        head: Sequence[str],
        rows: Iterable[Sequence[str]],
        *,
        widths: Sequence[float],
        numbers: Sequence[int] = (),
        totals: Iterable[Sequence[str]] = (),
    ) -> None:
        """`widths` are shares of the page; `numbers` are the places of columns that end at the right."""
        self.pdf.use(BODY)
        align = tuple("RIGHT" if place in numbers else "LEFT" for place in range(len(head)))
        options = {**TABLE, "text_align": align, "col_widths": tuple(widths), "borders_layout": RULED}
        with self.pdf.table(**options, headings_style=HEAD, repeat_headings=EVERY_PAGE) as table:
            table.row([plain(cell) for cell in head])
            for row in rows:
                table.row([plain(cell) for cell in row])
            for row in totals:
                table.row([plain(cell) for cell in row], style=FontFace(emphasis="B"))
        self.gap(3)

    def image(self, content: bytes, *, width: float, alt: str) -> None:
        """A PNG, JPEG or SVG picture, `width` in millimetres and no taller than wide."""
        self.keep_together(width)
        self.pdf.image(BytesIO(content), w=width, alt_text=plain(alt))
        self.gap(3)

    def gap(self, height: float) -> None:
        self.pdf.ln(height)

    def keep_together(self, height: float) -> None:
        """A new page, unless this many millimetres are left."""
        if self.pdf.will_page_break(height):
            self.pdf.add_page()

    def content(self) -> bytes:
        """The finished PDF; nothing can be added after this."""
        return bytes(self.pdf.output())

    def lines(self, text: str, *, size: float, bold: bool = False, color: tuple[int, int, int] = INK) -> None:
        self.pdf.use(size, bold=bold, color=color)
        self.pdf.multi_cell(0, size * LEADING, plain(text), align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def side_by_side(self, texts: list[str], *, bold: bool) -> None:
        width, height = (self.pdf.epw - GUTTER) / 2, BODY * LEADING
        self.pdf.use(BODY, bold=bold)
        columns = [self.pdf.broken(text, width) for text in texts]
        count = max(map(len, columns))
        self.keep_together(min(count, 3) * height)
        for number in range(count):
            self.keep_together(height)
            y = self.pdf.get_y()
            for place, column in enumerate(columns):
                self.pdf.set_xy(self.pdf.l_margin + place * (width + GUTTER), y)
                self.pdf.cell(width, height, column[number] if number < len(column) else "")
            self.pdf.set_xy(self.pdf.l_margin, y + height)


class Sheet(FPDF):
    def __init__(self, foot: str):
        super().__init__(format="A4")
        self.foot = foot
        for family, name in FAMILIES.items():
            for style, weight in STYLES.items():
                self.add_font(family, style, FONTS / f"{name}-{weight}.ttf")
        self.set_fallback_fonts(["rest"], exact_match=False)
        self.set_margins(MARGIN, MARGIN)
        self.set_auto_page_break(True, margin=FOOT)
        self.set_draw_color(*LINE)
        self.c_margin = 0
        self.use(BODY)

    def use(self, size: float, *, bold: bool = False, color: tuple[int, int, int] = INK) -> None:
        self.set_font("text", "B" if bold else "", size)
        self.set_text_color(*color)

    def broken(self, text: str, width: float) -> list[str]:
        if not text:
            return []
        lines = self.multi_cell(width, text=text, align="L", dry_run=True, output=MethodReturnValue.LINES)
        return cast("list[str]", lines)

    def footer(self) -> None:
        self.set_y(-FOOT + 6)
        self.use(SMALL, color=MUTED)
        width = self.epw - 20
        self.multi_cell(width, SMALL * LEADING, self.foot, align="L", new_x=XPos.RIGHT, new_y=YPos.TOP)
        self.cell(20, SMALL * LEADING, f"{self.page_no()} / {{nb}}", align="R")


BARE, RULED = TableBordersLayout.NONE, TableBordersLayout.HORIZONTAL_LINES
EVERY_PAGE = TableHeadingsDisplay.ON_TOP_OF_EVERY_PAGE
HEAD = FontFace(emphasis="B", color=PINE, fill_color=WASH)
TABLE = {"align": "LEFT", "text_align": "LEFT", "line_height": BODY * LEADING, "padding": (1, 2), "v_align": "TOP"}


def pieces(text: str) -> list[str]:
    """The paragraphs of a text, which an empty line parts."""
    return [plain(piece) for piece in re.split(r"\n\s*\n", text.strip().replace("\r\n", "\n")) if piece.strip()] or [""]


def plain(text: str) -> str:
    """What can be drawn: composed letters, line ends, and a sign of its own for what our fonts do not have."""
    text = SPACES.sub("\xa0", unicodedata.normalize("NFC", str(text))).replace("\u2011", "-").replace("\t", " ")
    known = drawable()
    return "".join(char if char in known else UNKNOWN for char in text if is_shown(char))


def is_shown(char: str) -> bool:
    return char == "\n" or unicodedata.category(char) not in {"Cc", "Cf"}


@cache
def drawable() -> frozenset[str]:
    files = [FONTS / f"{name}-regular.ttf" for name in FAMILIES.values()]
    return frozenset("\n").union(*(map(chr, TTFont(file).getBestCmap()) for file in files))

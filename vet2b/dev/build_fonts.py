"""Builds the fonts of our PDFs, vet2b/lib/fonts/*.ttf, from the site's own and DejaVu Sans.

    python -m vet2b.dev.build_fonts DEJAVU_FOLDER

A PDF takes no WOFF2 and no variable font: the two parts of Atkinson Hyperlegible Next become one file per weight,
with the site's digits. Of DejaVu Sans stays what that lacks: Greek, Cyrillic and a few signs.
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from fontTools.merge import Merger
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

ROOT = Path(__file__).resolve().parents[2]
SITE = ROOT / "static" / "fonts"
TARGET = ROOT / "vet2b" / "lib" / "fonts"
NAMES = [f"atkinson-hyperlegible-next-{part}-wght-normal" for part in ("latin", "latin-ext")]
WEIGHTS = {"regular": 400, "bold": 700}
DIGITS = set(map(ord, "0123456789"))
SIGNS = {*range(0x0370, 0x0530), *range(0x2190, 0x2194), 0x2116, 0x2211, 0x2248, 0x2260, 0x2264, 0x2265, 0x2713, 0xFFFD}
KEPT_TABLES = {"GlyphOrder", "OS/2", "cmap", "glyf", "head", "hhea", "hmtx", "loca", "maxp", "name", "post"}


def reduced(font: TTFont, characters: set[int]) -> TTFont:
    """Only these characters, without hints and features: nothing that draws a PDF would read them."""
    subsetter = Subsetter(Options(hinting=False, layout_features=[], notdef_outline=True, glyph_names=False))
    subsetter.populate(unicodes=characters & set(font.getBestCmap()))
    subsetter.subset(font)
    for table in set(font.keys()) - KEPT_TABLES:
        del font[table]
    return font


def part(name: str, weight: int, characters: set[int]) -> TTFont:
    font = instantiateVariableFont(TTFont(SITE / f"{name}.woff2"), {"wght": weight})
    font.flavor = None
    return reduced(font, characters)


def merged(weight: int) -> TTFont:
    latin, extended = (characters_of(name) for name in NAMES)
    wanted = dict(zip([*NAMES, "figtree-digits"], [latin - DIGITS, extended - latin, DIGITS], strict=True))
    with TemporaryDirectory() as folder:
        files = [f"{folder}/{name}.ttf" for name in wanted]
        for file, (name, characters) in zip(files, wanted.items(), strict=True):
            part(name, weight, characters).save(file)
        return Merger().merge(files)


def characters_of(name: str) -> set[int]:
    return set(TTFont(SITE / f"{name}.woff2").getBestCmap())


def main(dejavu: str) -> None:
    for style, weight in WEIGHTS.items():
        merged(weight).save(TARGET / f"atkinson-{style}.ttf")
        name = "DejaVuSans.ttf" if style == "regular" else "DejaVuSans-Bold.ttf"
        reduced(TTFont(Path(dejavu) / name), SIGNS).save(TARGET / f"dejavu-{style}.ttf")


if __name__ == "__main__":
    main(*sys.argv[1:])

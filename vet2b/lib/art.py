"""Tile panels instead of stock photographs: drawn from a category and a seed, the same for ever.

Inline drawings take their colours from tokens.css; standalone ones (`<img>`) carry both palettes and follow
the reader's light or dark scheme.
"""

import hashlib
import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from django.conf import settings
from django.urls import reverse

LIGHT_DARK = {
    "pine": ("#1b7a64", "#1b7a64"),
    "pine-deep": ("#0f5445", "#0b3a30"),
    "on-deep": ("#fff", "#fff"),
    "ink": ("#12241e", "#12241e"),
    "mari": ("#f7b733", "#e3a321"),
    "poppy": ("#e8553a", "#d9482e"),
    "flax": ("#8fb8ec", "#6e9ad4"),
    "beet": ("#7c2a4d", "#9a3f66"),
    "leaf": ("#7fb069", "#6a9c55"),
    "pine-t": ("#dcede5", "#173f34"),
    "mari-t": ("#fdebc3", "#4a3810"),
    "poppy-t": ("#fbd9d0", "#4e241b"),
    "flax-t": ("#dce9fa", "#1f3654"),
    "beet-t": ("#f3dce6", "#45202f"),
    "sunk": ("#dfe8e3", "#20372f"),
}


@dataclass(frozen=True)
class Style:
    icon: str
    ground: str
    inks: tuple[str, str, str]
    motifs: tuple[str, ...]


def style(icon: str, ground: str, inks: str, motifs: str) -> Style:
    first, second, third = inks.split()
    return Style(icon, ground, (first, second, third), tuple(motifs.split()))


CATEGORIES = {
    "CAT": style("chef-hat", "mari-t", "mari poppy leaf", "petal half circle arch leaf"),
    "BAK": style("croissant", "mari-t", "mari beet poppy", "half arch petal circle"),
    "WEB": style("code-xml", "flax-t", "flax pine mari", "quarter stripes checker ring dots"),
    "MKT": style("megaphone", "poppy-t", "poppy flax mari", "ring arcs circle tri"),
    "DES": style("palette", "poppy-t", "poppy mari flax", "quarter circle tri leaf half"),
    "AV": style("camera", "beet-t", "beet flax mari", "ring arcs circle quarter"),
    "3DP": style("box", "flax-t", "pine flax poppy", "steps diamond checker tri"),
    "LAB": style("flask-conical", "pine-t", "flax pine poppy", "dots circle ring arch"),
    "MEC": style("cog", "sunk", "pine flax poppy", "ring steps checker diamond"),
    "AUT": style("car", "sunk", "flax poppy pine", "ring arcs stripes checker"),
    "WOO": style("hammer", "mari-t", "pine mari poppy", "tri steps diamond stripes"),
    "ELE": style("zap", "mari-t", "mari flax pine", "tri diamond dots stripes"),
    "BLD": style("hard-hat", "sunk", "mari poppy pine", "steps checker arch stripes"),
    "TEX": style("spool", "beet-t", "beet mari poppy", "weave diamond petal checker"),
    "CAR": style("scissors", "beet-t", "poppy beet mari", "arcs leaf petal half"),
    "AGR": style("sprout", "pine-t", "leaf pine mari", "leaf petal half quarter"),
    "ADM": style("receipt-text", "pine-t", "pine mari flax", "steps checker diamond dots"),
    "EVT": style("ticket", "poppy-t", "beet poppy mari", "half tri dots arcs"),
    "TRN": style("graduation-cap", "flax-t", "pine poppy flax", "tri quarter steps half"),
    "ROO": style("door-open", "pine-t", "pine flax beet", "arch weave stripes quarter"),
}
CREST_TONES = 5  # static/css/parts/crest.css
# Few enough that a visitor's browser soon holds those of a category, enough that a page hardly repeats one.
VARIANTS = 96
VERSION = 1  # part of each address: drawings are cached for a year


def path(d: str, paint: str) -> str:
    return f'<path d="{d}" {paint}/>'


def circle(x: int, y: int, r: int, paint: str) -> str:
    return f'<circle cx="{x}" cy="{y}" r="{r}" {paint}/>'


def rect(x: float, y: float, width: float, height: float, paint: str) -> str:
    return f'<rect x="{x}" y="{y}" width="{width}" height="{height}" {paint}/>'


# Each draws one tile of 100 x 100 from a main ink, a second ink and the ground.
TILES: dict[str, Callable[[str, str, str], str]] = {
    "quarter": lambda f, g, b: path("M0 0H100A100 100 0 0 1 0 100Z", f),
    "leaf": lambda f, g, b: path("M0 0A100 100 0 0 1 100 100A100 100 0 0 1 0 0Z", f),
    "half": lambda f, g, b: path("M0 50A50 50 0 0 1 100 50Z", f) + path("M0 100A50 50 0 0 1 100 100Z", g),
    "circle": lambda f, g, b: circle(50, 50, 42, f) + circle(50, 50, 14, g),
    "ring": lambda f, g, b: circle(50, 50, 50, f) + circle(50, 50, 30, b) + circle(50, 50, 14, g),
    "arcs": lambda f, g, b: (
        path("M0 0H100A100 100 0 0 1 0 100Z", f)
        + path("M0 0H68A68 68 0 0 1 0 68Z", b)
        + path("M0 0H36A36 36 0 0 1 0 36Z", g)
    ),
    "tri": lambda f, g, b: path("M0 0H100L0 100Z", f),
    "steps": lambda f, g, b: path("M0 100V75H25V50H50V25H75V0H100V100Z", f),
    "stripes": lambda f, g, b: "".join(rect(0, y, 100, 14.3, ink) for y, ink in ((14.3, f), (42.9, g), (71.5, f))),
    "checker": lambda f, g, b: rect(0, 0, 50, 50, f) + rect(50, 50, 50, 50, f),
    "dots": lambda f, g, b: "".join(circle(x, y, 15, f if x == y else g) for x in (25, 75) for y in (25, 75)),
    "diamond": lambda f, g, b: path("M50 0L100 50L50 100L0 50Z", f) + path("M50 28L72 50L50 72L28 50Z", g),
    "petal": lambda f, g, b: (
        "".join(
            path(f"M50 50A50 50 0 0 1 {x} {y}A50 50 0 0 1 50 50Z", f)
            for x, y in ((0, 0), (100, 0), (100, 100), (0, 100))
        )
        + circle(50, 50, 9, g)
    ),
    "weave": lambda f, g, b: (
        rect(12.5, 0, 25, 100, f) + rect(62.5, 0, 25, 100, f) + rect(0, 12.5, 50, 25, g) + rect(50, 62.5, 50, 25, g)
    ),
    "arch": lambda f, g, b: path("M8 100V50A42 42 0 0 1 92 50V100Z", f) + path("M32 100V54A18 18 0 0 1 68 54V100Z", b),
}


def panel(code: str, seed: str, *, columns: int = 4, rows: int = 3, standalone: bool = False) -> str:
    """A panel mirrored left to right, as azulejo panels and Baltic belts are, with the category's icon."""
    look, rnd, paint = CATEGORIES[code], randomness(code, seed), painter(standalone)
    half = (columns + 1) // 2
    turns = rnd.choice([(0, 90), (0, 180), (90, 270), (0, 90, 180, 270)])
    cells = {(x, y): cell(rnd, look, turns, paint) for y in range(rows) for x in range(half)}
    centre = ((columns - 1) // 2, (rows - 1) // 2)
    drawn = [ground_tile(columns, rows, paint(look.ground))]
    for y in range(rows):
        for x in range(columns):
            if (x, y) == centre:
                drawn.append(icon_tile(x, y, look.icon, paint("pine-deep"), "on-deep", standalone))
            else:
                mirror = " translate(100 0) scale(-1 1)" if x >= half else ""
                tile = cells[x if x < half else columns - 1 - x, y]
                drawn.append(f'<g transform="translate({x * 100} {y * 100}){mirror}{tile}</g>')
    return svg(columns * 100, rows * 100, "".join(drawn), standalone)


def cell(rnd: random.Random, look: Style, turns: tuple[int, ...], paint: Callable[[str], str]) -> str:
    """The rest of an open `<g transform="...`: rotation, ground and motif."""
    motif, (main, second) = rnd.choice(look.motifs), rnd.sample(look.inks, 2)
    is_free = look.inks[0] not in (main, second)
    ground = rnd.choice([look.ground] * 4 + [look.inks[0]]) if is_free else look.ground
    turn = rnd.choice(turns)
    backing = rect(0, 0, 100, 100, paint(ground)) if ground != look.ground else ""
    rotation = f" rotate({turn} 50 50)" if turn else ""
    return f'{rotation}">{backing}{TILES[motif](paint(main), paint(second), paint(ground))}'


def collage(
    seed: str, columns: int, rows: int, icons: Mapping[tuple[int, int], str], *, standalone: bool = False
) -> str:
    """A patchwork of all categories' tiles; `icons` says which places carry which category's icon."""
    rnd, paint, drawn = randomness("collage", seed), painter(standalone), []
    for y in range(rows):
        for x in range(columns):
            look = CATEGORIES[icons[x, y]] if (x, y) in icons else rnd.choice(list(CATEGORIES.values()))
            if (x, y) in icons:
                ground, line = ("pine-deep", "on-deep") if (x + y) % 2 == 0 else (bright(look), "ink")
                drawn.append(icon_tile(x, y, look.icon, paint(ground), line, standalone))
            else:
                drawn.append(f'<g transform="translate({x * 100} {y * 100})">{patch(rnd, look, paint)}</g>')
    return svg(columns * 100, rows * 100, "".join(drawn), standalone)


def patch(rnd: random.Random, look: Style, paint: Callable[[str], str]) -> str:
    main, second, third = rnd.sample(look.inks, 3)
    ground, turn = rnd.choice([look.ground] * 3 + [third]), rnd.choice((0, 90, 180, 270))
    tile = TILES[rnd.choice(look.motifs)](paint(main), paint(second), paint(ground))
    # half a unit wider than its place, so that no hairline shows between grounds
    return f'{rect(0, 0, 100.5, 100.5, paint(ground))}<g transform="rotate({turn} 50 50)">{tile}</g>'


def bright(look: Style) -> str:
    return look.inks[0] if look.inks[0] in ("mari", "flax", "leaf") else "mari"


def crest_tone(seed: str) -> int:
    return number(seed) % CREST_TONES


def initials(name: str) -> str:
    """Of the first two words that begin with a capital: `Rīga Technical School` is RT."""
    words = [word for word in re.findall(r"\w+", name) if word[0].isupper()] or [name[:1].upper()]
    return "".join(word[:1] for word in words[:2])


def panel_url(code: str, seed: str) -> str:
    return _panel_url(code, number(seed) % VARIANTS)


@lru_cache(4096)
def _panel_url(code: str, variant: int) -> str:
    return reverse("art_panel", args=[code, f"{VERSION}-{variant}"])


def number(seed: str) -> int:
    return int.from_bytes(hashlib.blake2b(str(seed).encode(), digest_size=8).digest())


def randomness(*parts: str) -> random.Random:
    return random.Random(number(":".join(parts)))  # noqa: S311 - it draws tiles


def painter(standalone: bool) -> Callable[[str], str]:
    return (lambda ink: f'class="{ink}"') if standalone else (lambda ink: f'fill="var(--art-{ink})"')


def ground_tile(columns: int, rows: int, paint: str) -> str:
    return rect(0, 0, columns * 100, rows * 100, paint)


def icon_tile(x: int, y: int, icon: str, ground: str, line: str, standalone: bool) -> str:
    stroke = f'class="line {line}"' if standalone else f'fill="none" stroke="var(--art-{line})"'
    return (
        f'<g transform="translate({x * 100} {y * 100})">{rect(0, 0, 100.5, 100.5, ground)}'
        f'<g transform="translate(24 24) scale(2.1667)" {stroke} stroke-width="1.8" stroke-linecap="round" '
        f'stroke-linejoin="round">{icon_shapes()[icon]}</g></g>'
    )


@cache
def icon_shapes() -> dict[str, str]:
    """The insides of the site's own sprite, by icon name."""
    sprite = (settings.BASE_DIR / "static" / "icons" / "sprite.svg").read_text()
    return dict(re.findall(r'<symbol id="([\w-]+)"[^>]*>(.*?)</symbol>', sprite, re.DOTALL))


def svg(width: int, height: int, drawn: str, standalone: bool) -> str:
    size = f'viewBox="0 0 {width} {height}" preserveAspectRatio="xMidYMid slice"'
    if not standalone:
        return f'<svg class="art" {size} aria-hidden="true" focusable="false">{drawn}</svg>'
    xmlns = f'xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"'
    return f"<svg {xmlns} {size}>{palette(drawn)}{drawn}</svg>"


def palette(drawn: str) -> str:
    used = {name: pair for name, pair in LIGHT_DARK.items() if re.search(rf'"(line )?{name}"', drawn)}
    light = "".join(f".{name}{{fill:{pair[0]}}}" for name, pair in used.items())
    dark = "".join(f".{name}{{fill:{pair[1]}}}" for name, pair in used.items() if pair[0] != pair[1])
    lines = f".line{{fill:none;stroke:{LIGHT_DARK['on-deep'][0]}}}.line.ink{{stroke:{LIGHT_DARK['ink'][0]}}}"
    return f"<style>{light}@media(prefers-color-scheme:dark){{{dark}}}{lines}</style>"

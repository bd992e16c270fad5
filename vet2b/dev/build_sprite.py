"""Builds static/icons/sprite.svg from the icons folder of the npm package lucide-static.

    python -m vet2b.dev.build_sprite LUCIDE_ICONS_FOLDER [NAME...]

The names already in the sprite stay; give only the new ones.
"""

import re
import sys
from pathlib import Path

SPRITE = Path(__file__).resolve().parents[2] / "static" / "icons" / "sprite.svg"
HEAD = """<svg xmlns="http://www.w3.org/2000/svg">
<!-- Lucide (lucide-static 1.62.0), ISC and MIT: see LICENSE beside this file -->
"""


def names_in(sprite: Path) -> set[str]:
    return set(re.findall(r'<symbol id="([\w-]+)"', sprite.read_text())) if sprite.exists() else set()


def symbol(icons: Path, name: str) -> str:
    shapes = re.search(r"<svg[^>]*>(.*)</svg>", (icons / f"{name}.svg").read_text(), re.DOTALL)
    if not shapes:
        raise ValueError(f"{name}.svg holds no <svg>")
    inside = re.sub(r"\s*\n\s*", "", shapes[1]).replace(" />", "/>")
    return f'<symbol id="{name}" viewBox="0 0 24 24">{inside}</symbol>\n'


def main(icons: str, *new: str) -> None:
    names = sorted(names_in(SPRITE) | set(new))
    SPRITE.write_text(HEAD + "".join(symbol(Path(icons), name) for name in names) + "</svg>\n")


if __name__ == "__main__":
    main(*sys.argv[1:])

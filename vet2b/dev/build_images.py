"""Draws the pictures that every visitor sees alike, into static/img/: `python -m vet2b.dev.build_images`."""

from pathlib import Path

from vet2b.lib import art

IMAGES = Path(__file__).resolve().parents[2] / "static" / "img"
WALL_ICONS = {
    (1, 0): "WEB", (4, 0): "AGR", (2, 1): "AV", (0, 2): "CAT", (5, 2): "ELE",
    (3, 3): "WOO", (1, 4): "TEX", (4, 4): "CAR", (1, 5): "ADM", (3, 5): "AUT",
}  # fmt: skip


def images() -> dict[str, str]:
    return {
        "wall.svg": art.collage("wall", 7, 6, WALL_ICONS, standalone=True),
        "strip.svg": art.collage("strip", 16, 2, {(1, 0): "WEB", (6, 0): "WOO", (4, 1): "CAT"}, standalone=True),
        "band.svg": art.collage("band", 30, 1, {}, standalone=True),
    }


def main() -> None:
    for name, drawing in images().items():
        (IMAGES / name).write_text(drawing + "\n")


if __name__ == "__main__":
    import django

    django.setup()
    main()

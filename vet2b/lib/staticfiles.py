import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders
from django.core.files.base import ContentFile
from django.core.files.storage import InMemoryStorage
from whitenoise.storage import CompressedManifestStaticFilesStorage  # type: ignore[import-untyped]

STYLESHEET = "css/app.css"
IMPORT = re.compile(r'@import url\("([^"]+)"\)(?: layer\((\w+)\))?;')
RELATIVE_URL = re.compile(r"""url\((["']?)(?!data:|#|/|https?:)([^"')]+)\1\)""")
# a bundle has no source map, and only a file's first line may name its character set
NOT_IN_A_BUNDLE = re.compile(r'^@charset "UTF-8";|/\*# sourceMappingURL=.*?\*/')


class BundledStaticFilesStorage(CompressedManifestStaticFilesStorage):
    """Publishes the style sheet as one file. Its imports stay in development, where a request costs nothing."""

    def post_process(self, paths: dict[str, Any], dry_run: bool = False, **options: Any) -> Iterator[Any]:
        source = finders.find(STYLESHEET)
        if source and STYLESHEET in paths:
            bundled = InMemoryStorage()
            bundled.save(STYLESHEET, ContentFile(bundle(Path(source)).encode()))
            paths[STYLESHEET] = (bundled, STYLESHEET)
        yield from super().post_process(paths, dry_run, **options)


def bundle(stylesheet: Path) -> str:
    def inline(match: re.Match[str]) -> str:
        name, layer = match.groups()
        css = part(stylesheet.parent, name)
        return f"@layer {layer} {{\n{css}}}" if layer else css

    return IMPORT.sub(inline, stylesheet.read_text())


def part(folder: Path, name: str) -> str:
    """The text of an imported file, its addresses as seen from the importing one."""

    def rebase(match: re.Match[str]) -> str:
        address = os.path.normpath(Path(name).parent / match[2])
        return f'url("{address}")'

    css = NOT_IN_A_BUNDLE.sub("", (folder / name).read_text())
    return RELATIVE_URL.sub(rebase, css).rstrip() + "\n"

"""What one version of an agreement says other than the version before, word by word."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from marketplace.models import AgreementVersion

WORDS = re.compile(r"\s+|[^\s]+")


@dataclass(frozen=True)
class Change:
    language: str
    title: str
    pieces: list[tuple[str, str]]  # "same", "gone" or "new", and the words


def changes_between(before: AgreementVersion, after: AgreementVersion) -> list[Change]:
    old = {part["key"]: part["words"] for part in before.content["sections"]}
    changes = []
    for part in after.content["sections"]:
        for language, words in part["words"].items():
            was, now = written(old.get(part["key"], {}).get(language)), written(words)
            if was != now:
                changes.append(Change(language, words["title"], compared(was, now)))
    return changes


def written(words: dict[str, Any] | None) -> str:
    if words is None:
        return ""
    return "\n".join([words["text"], *(f"{name}: {value}" for name, value in words["facts"])])


def compared(was: str, now: str) -> list[tuple[str, str]]:
    old, new = WORDS.findall(was), WORDS.findall(now)
    pieces = []
    for kind, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            pieces.append(("same", shortened("".join(old[i:j]))))
        if kind in {"delete", "replace"}:
            pieces.append(("gone", "".join(old[i:j])))
        if kind in {"insert", "replace"}:
            pieces.append(("new", "".join(new[k:m])))
    return pieces


def shortened(text: str, around: int = 160) -> str:
    """Of a long stretch that stayed, what stands beside the changes."""
    return text if len(text) <= 2 * around + 3 else f"{text[:around]} … {text[-around:]}"

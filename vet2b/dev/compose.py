"""Reads docker-compose.yml as Docker does, as far as this file goes."""

import re
from collections.abc import Mapping
from typing import Any

import yaml

from vet2b.dev.processes import ROOT

VARIABLE = re.compile(r"\$(?:(?P<escaped>\$)|\{(?P<name>\w+)(?::(?P<kind>[-?])(?P<rest>[^}]*))?\})")

# what a person writes into .env
EXAMPLE = {
    "DOMAIN": "vet2b.example",
    "SECRET_KEY": "0123456789" * 6,
    "POSTGRES_PASSWORD": "superuser",
    "OWNER_PASSWORD": "owner",
    "WEB_PASSWORD": "web",
    "REDIS_PASSWORD": "redis",
    "EMAIL_URL": "smtp+tls://user:password@mail.example:587",
    "DEFAULT_FROM_EMAIL": "VET2B <no-reply@vet2b.example>",
}


class MissingVariable(Exception):
    pass


def interpolate(text: str, values: Mapping[str, str]) -> str:
    def value(match: re.Match[str]) -> str:
        if match["escaped"]:
            return "$"
        if found := values.get(match["name"]):
            return found
        if match["kind"] == "-":
            return match["rest"]
        raise MissingVariable(f"{match['name']}: {match['rest'] or 'is not set'}")

    return VARIABLE.sub(value, text)


def resolve(node: Any, values: Mapping[str, str]) -> Any:
    if isinstance(node, dict):
        return {key: resolve(child, values) for key, child in node.items()}
    if isinstance(node, list):
        return [resolve(child, values) for child in node]
    return interpolate(node, values) if isinstance(node, str) else node


def load(values: Mapping[str, str]) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    return resolve(content, values)

"""The people and organisations of the demo world."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group

from accounts.models import Membership, Organisation, Region, User
from accounts.roles import MODERATORS

PASSWORD = "demo harbour tile 42"  # noqa: S105 - printed for everybody who tries the demo
FOLDER = Path(__file__).resolve().parent
COUNTRIES = ("lv", "lt", "it", "pt", "pl")
MODERATOR = "moderator@demo.example"
ADMIN = "admin@demo.example"


def read(name: str) -> Any:
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


@cache
def password_hash() -> str:
    """Hashed once: a hundred slow hashes of one known password would protect nobody."""
    return make_password(PASSWORD)


def add_person(email: str, name: str, language: str, **fields: Any) -> User:
    user = User.objects.create(email=email, name=name, language=language, password=password_hash(), **fields)
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user


def add_organisation(entry: dict[str, Any], kind: str, moderator: User) -> Organisation:
    """Registers, submits and verifies it, as its owner and a moderator would."""
    people = sorted(entry["people"], key=lambda person: person["role"] != "owner")
    description = entry.get("description") or entry["descriptions"]
    users = [
        (person, add_person(f"{person['key']}@{entry['key']}.example", person["name"], person["language"]))
        for person in people
    ]
    organisation = Organisation.register(
        by=users[0][1],
        kind=kind,
        name=entry["name"],
        country=entry["country"],
        region=Region.objects.get(code=entry["nuts"]),
        town=entry["town"],
        address=entry["address"],
        postcode=entry["postcode"],
        sector=entry.get("sector", ""),
        size=entry.get("size", ""),
        languages=entry["languages"],
        source_language=entry["source_language"],
        description=description[entry["source_language"]],
    )
    owner = organisation.memberships.select_related("organisation", "user").get()
    for person, user in users[1:]:
        Membership.objects.create(user=user, organisation=organisation, role=person["role"])
        organisation.record("add_member", by=owner, person=str(user), role=person["role"])
    for person, user in users:
        title = (person.get("title") or {}).get(entry["source_language"], "")
        organisation.memberships.filter(user=user).update(title=title)
    organisation.submit(by=owner)
    organisation.verify(by=moderator)
    return organisation


def add_moderators() -> User:
    group = Group.objects.get(name=MODERATORS)
    entries = read("organisations")["moderators"]
    emails = [MODERATOR, *(f"{entry['key']}@demo.example" for entry in entries[1:])]
    users = [
        add_person(email, entry["name"], entry["language"], is_staff=True)
        for email, entry in zip(emails, entries, strict=True)
    ]
    for user in users:
        user.groups.add(group)
    add_person(ADMIN, "Administrator", "en", is_staff=True, is_superuser=True)
    return users[0]

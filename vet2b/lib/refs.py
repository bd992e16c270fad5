import hashlib
import random
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.utils.text import slugify

ALPHABET = "23456789abcdefghjkmnpqrstvwxyz"  # no 0/o, 1/i/l/u: refs are read aloud
REF_LENGTH = 14  # 14 * log2(30) = 68 random bits


_secrets = secrets.SystemRandom()
_source: ContextVar[random.Random | None] = ContextVar("source", default=None)


def new_ref() -> str:
    return "".join((_source.get() or _secrets).choices(ALPHABET, k=REF_LENGTH))


@contextmanager
def repeatable_refs(source: random.Random) -> Iterator[None]:
    """For demo data only: refs drawn from a seeded generator, so that two fillings are equal."""
    token = _source.set(source)
    try:
        yield
    finally:
        _source.reset(token)


def new_token() -> str:
    """A secret for a link: 256 random bits. Store only `token_hash` of it."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def slug_of(name: str, ref: str) -> str:
    """A readable part from the name and a random tail, so slugs never collide or tell a count."""
    words = slugify(name.replace("ł", "l").replace("Ł", "L"))[:60].strip("-")
    return f"{words}-{ref[:8]}".strip("-")

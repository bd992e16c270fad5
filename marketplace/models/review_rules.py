"""Who may not review whom: two organisations that belong together (MOD-7)."""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, Organisation

# an address there tells nothing about the employer
PUBLIC_MAIL = frozenset(
    {
        "aol.com", "apollo.lv", "gmail.com", "gmx.com", "gmx.net", "googlemail.com", "hotmail.com", "icloud.com",
        "inbox.lt", "inbox.lv", "interia.pl", "libero.it", "live.com", "live.com.pt", "mail.com", "me.com", "msn.com",
        "o2.pl", "onet.pl", "op.pl", "outlook.com", "outlook.it", "outlook.pt", "pm.me", "poczta.onet.pl", "proton.me",
        "protonmail.com", "sapo.pt", "tiscali.it", "virgilio.it", "wp.pl", "yahoo.com", "yahoo.it", "zoho.com",
    }
)  # fmt: skip


def link_between(one: Organisation, other: Organisation) -> str | Promise:
    """The rule by which these two belong together, or "" when they are strangers."""
    if any(same(getattr(one, name), getattr(other, name)) for name in ("vat_id", "registration_number")):
        return _("Both organisations have the same VAT id or registration number, so they cannot review each other.")
    members = Membership.objects.filter(organisation__in=[one, other]).exclude(role=Membership.Role.LEARNER)
    rows = list(members.values_list("organisation_id", "user_id", "user__email"))
    people = [{user for pk, user, _email in rows if pk == org.pk} for org in (one, other)]
    if people[0] & people[1]:
        return _("Somebody belongs to both organisations, so they cannot review each other.")
    domains = [domains_of(email for pk, _user, email in rows if pk == org.pk) for org in (one, other)]
    if domains[0] & domains[1]:
        return _("People of both organisations share a mail domain, so they cannot review each other.")
    return ""


def mentions(text: str, names: Iterable[str]) -> bool:
    """Whether a word may be one of these first names, with whatever ending the language gives it."""
    words = re.findall(r"\w+", text.casefold())
    stems = [part[:-1] if len(part) > 3 else part for name in names for part in name.casefold().split()]
    return any(word.startswith(stem) and len(word) <= len(stem) + 3 for word in words for stem in stems)


def same(one: str, other: str) -> bool:
    return bool(bare(one)) and bare(one) == bare(other)


def bare(number: str) -> str:
    return "".join(character for character in number.upper() if character.isalnum())


def domains_of(emails: Iterable[str]) -> set[str]:
    return {email.rpartition("@")[2].lower() for email in emails} - PUBLIC_MAIL

"""Checks the numbers by which a country knows an organisation: their form, never whether they exist."""

from __future__ import annotations

from importlib import import_module

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from stdnum import get_cc_module
from stdnum.exceptions import ValidationError as InvalidNumber

VAT_PREFIX = {"GR": "EL"}
# a company's number in its country's register, where the library knows its form and the register has only one
REGISTERS = {
    "AT": "at.businessid", "BE": "be.vat", "CZ": "cz.dic", "DK": "dk.cvr", "EE": "ee.registrikood", "ES": "es.nif",
    "FI": "fi.ytunnus", "FR": "fr.siren", "HR": "hr.oib", "IT": "it.codicefiscale", "LV": "lv.pvn", "NO": "no.orgnr",
    "PL": "pl.regon", "PT": "pt.nif", "RO": "ro.cui", "SE": "se.orgnr", "SI": "si.maticna",
}  # fmt: skip
REGISTER_NAMES = {
    "AT": "Firmenbuchnummer", "BE": "ondernemingsnummer / numéro d’entreprise", "CZ": "IČO", "DK": "CVR-nummer",
    "EE": "registrikood", "ES": "NIF", "FI": "Y-tunnus", "FR": "SIREN", "HR": "OIB", "IT": "codice fiscale",
    "LV": "reģistrācijas numurs", "NO": "organisasjonsnummer", "PL": "REGON", "PT": "NIPC", "RO": "CUI",
    "SE": "organisationsnummer", "SI": "matična številka",
}  # fmt: skip


def clean_vat_id(country: str, number: str) -> str:
    """The VAT id with its prefix and without blanks, as invoices show it. Raises ValidationError."""
    prefix = VAT_PREFIX.get(country, country)
    module = get_cc_module(country.lower(), "vat")
    compact = "".join(c for c in number.upper() if c.isalnum())
    bare = compact.removeprefix(prefix)
    if module is None:
        return compact
    try:
        return prefix + module.validate(bare).removeprefix(prefix)
    except InvalidNumber as error:
        raise ValidationError(
            _("This is not a VAT id of the country you chose. It begins with %(prefix)s.") % {"prefix": prefix}
        ) from error


def clean_registration_number(country: str, number: str) -> str:
    """The number without blanks. Raises ValidationError where the country's form is known and not met."""
    if country not in REGISTERS:
        return number.strip()
    try:
        return import_module(f"stdnum.{REGISTERS[country]}").validate(number)
    except InvalidNumber as error:
        raise ValidationError(
            _("This is not a valid %(register)s. Check the digits.") % {"register": REGISTER_NAMES[country]}
        ) from error

import pytest
from django.core.exceptions import ValidationError

from accounts.numbers import REGISTERS, clean_registration_number, clean_vat_id

VAT_IDS = {
    "LV": "LV40003521600", "LT": "LT119511515", "PL": "PL8567346215", "IT": "IT00743110157", "PT": "PT501964843",
    "GR": "EL094259216", "DE": "DE136695976",
}  # fmt: skip


@pytest.mark.parametrize(("country", "number"), VAT_IDS.items())
def test_a_vat_id_is_kept_with_its_prefix_however_it_was_typed(country, number):
    assert clean_vat_id(country, number) == number
    assert clean_vat_id(country, number[2:]) == number
    assert clean_vat_id(country, f" {number[:2].lower()} {number[2:5]} {number[5:]}") == number


@pytest.mark.parametrize("number", ["LV40003521601", "PL8567346215", "12", "²²²", "A" * 20, "=1+1", "LV"])
def test_what_is_no_vat_id_of_the_country_is_refused(number):
    with pytest.raises(ValidationError):
        clean_vat_id("LV", number)


def test_a_country_without_known_numbers_takes_what_is_typed():
    assert clean_vat_id("LI", "57 123") == "57123"
    assert clean_registration_number("LT", " 302 595 ") == "302 595"


@pytest.mark.parametrize("country", list(REGISTERS))
@pytest.mark.parametrize("number", ["1", "²", "x" * 40, "\x01", "１２３"])
def test_a_wrong_company_number_is_refused_with_words(country, number):
    with pytest.raises(ValidationError):
        clean_registration_number(country, number)


@pytest.mark.parametrize(
    ("country", "number"),
    [("EE", "12345678"), ("FI", "20774740"), ("SE", "1234567897"), ("FR", "552008443"), ("PL", "192598184")],
)
def test_a_right_company_number_is_kept(country, number):
    assert clean_registration_number(country, number) == number

"""What happened is kept as codes, and told to every reader in their own language."""

import pytest
from django.core import mail
from django.utils.functional import lazystr
from django.utils.translation import get_language, override

from accounts import handover
from accounts.models import Activity, Invitation, Membership, Organisation, Report
from accounts.notifications import send_due
from tests import factories


@pytest.fixture
def polish(monkeypatch):
    """Labels whose language can be told apart, whatever the catalogues hold."""
    fields = {
        Membership: ("role", "owner", "właściciel"),
        Report: ("ground", "learner_safety", "zagrożenie"),
    }
    for model, (name, code, word) in fields.items():
        monkeypatch.setattr(model._meta.get_field(name), "choices", [(code, in_polish(word, code))])
    town = Organisation._meta.get_field("town")
    monkeypatch.setattr(town, "verbose_name", in_polish("miasto", "town"))


def in_polish(word, other):
    class Word:
        def __str__(self):
            return word if get_language() == "pl" else other

    return lazystr(Word())


def test_a_new_role_is_told_in_the_readers_language(polish, alice, adam, school):
    adam.language = "pl"
    adam.save()

    handover.change_role(factories.member(adam, school), "owner", by=factories.member(alice, school))
    send_due()

    activity = Activity.objects.get(verb="organisation.change_role")
    assert activity.details["role"] == "owner"
    body = mail.outbox[0].body
    assert "właściciel" in body
    assert "is now owner" in activity.line
    with override("pl"):
        assert "właściciel" in activity.line


def test_changed_fields_and_invited_roles_are_too(polish, alice, school):
    owner = factories.member(alice, school)
    school.town = "Kraków"
    school.change(["town"], by=owner)
    Invitation.send(school, "new@people.example", "owner", by=owner)
    changed, invited = Activity.objects.filter(verb__in=["organisation.change", "invitation.send"]).order_by("pk")

    assert (changed.details["fields"], invited.details["role"]) == (["town"], "owner")
    with override("pl"):
        assert "miasto" in changed.line
        assert "właściciel" in invited.line
    assert "town" in changed.line


def test_so_is_why_something_was_reported(polish, offer, bob, mona):
    mona.language = "pl"
    mona.save()

    Report.send(offer, by=bob, ground="learner_safety", text="A student is named.")
    send_due()

    body = next(message.body for message in mail.outbox if message.to == [mona.email])
    assert "zagrożenie" in body


def test_prices_are_written_as_the_reader_writes_them(offer, buyer):
    order = factories.make_order(offer, buyer, "quoted")
    line = order.activities.get(verb="order.quote")

    assert line.details["price"] == "200.00 EUR"
    assert line.line.endswith(": €200.00")
    with override("pl"):
        assert line.line.endswith("200,00\xa0€")


def test_rows_that_kept_labels_are_still_told(school, alice):
    activity = school.record("change", by=factories.member(alice, school), fields="town, address")
    joined = school.record("add_member", by=None, person="Ann", role="czeladnik")

    assert activity.line.endswith("town, address")
    assert "czeladnik" in joined.line

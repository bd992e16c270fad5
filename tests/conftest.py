"""The cast: alice owns the school, adam is its trainer, sara its substitute; bob owns a company; charlie
belongs to another company; lea is a learner of the school; mona moderates."""

import pytest
from django.core.cache import caches
from django.db import transaction
from django.utils import translation
from pytest_django.plugin import blocking_manager_key

from accounts.models import Region
from marketplace.models import (
    AgreementLimit,
    Category,
    CategoryLabel,
    Clause,
    IscedField,
    OfferTemplate,
    QualityPoint,
    QualityPointText,
    Skill,
    YouthRule,
)
from tests import factories

REFERENCE = (
    AgreementLimit, Category, CategoryLabel, Clause, IscedField, OfferTemplate, QualityPoint, QualityPointText, Region,
    Skill, YouthRule,
)  # fmt: skip
rows_of_migrations = {}


def commits(item):
    mark = item.get_closest_marker("django_db")
    return (mark is not None and mark.kwargs.get("transaction")) or bool(
        {"live_server", "transactional_db"} & set(item.fixturenames)
    )


@pytest.fixture(autouse=True)
def _remember_rows_of_migrations(request):
    """A test that commits empties all tables when it ends, so what the migrations wrote is kept before."""
    if commits(request.node) and not rows_of_migrations:
        request.getfixturevalue("django_db_setup")
        with request.config.stash[blocking_manager_key].unblock():
            rows_of_migrations.update({model: list(model.objects.all()) for model in REFERENCE})


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item, nextitem):
    result = yield
    if nextitem and commits(item) and rows_of_migrations:
        with item.config.stash[blocking_manager_key].unblock(), transaction.atomic():
            for model, rows in rows_of_migrations.items():
                model.objects.bulk_create(rows, ignore_conflicts=True)
    return result


@pytest.fixture(autouse=True)
def _english():
    """A request in another language leaves it active; addresses of the next test would carry it."""
    translation.activate("en")


@pytest.fixture(autouse=True)
def _nothing_counted_yet():
    """What a process keeps for a minute was true in the test before."""
    caches["local"].clear()


@pytest.fixture
def alice(db):
    return factories.make_user("Alice Alpha", "alice@school.example")


@pytest.fixture
def school(alice):
    return factories.make_organisation(alice, kind="school", name="Linden Vocational School")


@pytest.fixture
def adam(school):
    user = factories.make_user("Adam Aspen", "adam@school.example")
    factories.make_member(user, school, title="Trainer of web technologies")
    return user


@pytest.fixture
def sara(school):
    user = factories.make_user("Sara Sorrel", "sara@school.example")
    factories.make_member(user, school)
    return user


@pytest.fixture
def lea(school):
    user = factories.make_user("Lea Lindgren", "lea@school.example")
    factories.make_member(user, school, role="learner")
    return user


@pytest.fixture
def bob(db):
    return factories.make_user("Bob Birch", "bob@company.example")


@pytest.fixture
def company(bob):
    return factories.make_organisation(bob, name="Birch Bakery")


@pytest.fixture
def charlie(db):
    user = factories.make_user("Charlie Cedar", "charlie@other.example")
    factories.make_organisation(user, name="Cedar Garage")
    return user


@pytest.fixture
def mona(db):
    return factories.make_moderator(email="mona@platform.example")


@pytest.fixture
def seller(adam, school):
    """The trainer as the `by=` of a verb."""
    return factories.member(adam, school)


@pytest.fixture
def buyer(bob, company):
    return factories.member(bob, company)


@pytest.fixture
def outsider(charlie):
    return factories.member(charlie, charlie.memberships.get().organisation)


@pytest.fixture
def offer(school, adam, sara):
    return factories.make_offer(school, adam, sara)


@pytest.fixture
def other_offer(db):
    """Of another school."""
    head, trainer = (
        factories.make_user("Olga Oak", "olga@oak.example"),
        factories.make_user("Otto Oak", "otto@oak.example"),
    )
    school = factories.make_organisation(head, kind="school", name="Oak Training Centre")
    factories.make_member(trainer, school)
    return factories.make_offer(school, trainer)


@pytest.fixture
def signed_in(client):
    """signed_in(user) gives a client that is signed in as that person."""

    def sign_in(user):
        client.force_login(user)
        return client

    return sign_in

"""Saved searches of needs and calls, beside those of offers."""

import re
from datetime import UTC, datetime

import pytest
import time_machine
from django.core import mail

from accounts.models import Organisation
from accounts.notifications import send_due
from accounts.searching import kind_of
from marketplace.models import SavedSearch
from marketplace.saved import with_new
from marketplace.saved_mails import stop_url, tell_of_searches
from tests import factories

SUNDAY = datetime(2026, 11, 22, 12, tzinfo=UTC)


def keep(user, kind, query="", name="Kept"):
    search, _is_new = SavedSearch.keep(by=user, kind=kind, query=query, name=name)
    search.change(name=name, cadence="now")
    return search


def mailed():
    written = tell_of_searches()
    send_due()
    return written


@pytest.fixture
def clock(db):
    with time_machine.travel(SUNDAY, tick=False) as moved:
        yield moved


@pytest.fixture
def need(buyer):
    return lambda **fields: factories.make_need(buyer, **fields)


@pytest.fixture
def call(buyer):
    return lambda status="published", **fields: factories.make_call(buyer, status, **fields)


@pytest.mark.parametrize(
    ("kind", "query", "clean", "name"),
    [
        (
            "needs",
            "page=2&q=+coffee++cake&category=CAT&x=1",
            "q=coffee+cake&category=CAT",
            "coffee cake · Catering & hospitality",
        ),
        ("needs", "category=NONE", "", "All needs"),
        (
            "calls",
            "state=over&country=LV&kind=visit&after=x",
            "kind=visit&country=LV",
            "Job shadowing or study visit · Latvia",
        ),
        ("calls", "kind=none", "", "All calls"),
    ],
)
def test_the_query_is_kept_in_one_form(db, kind, query, clean, name):
    made = kind_of(kind)

    assert made.normalised(query) == clean
    assert made.normalised(clean) == clean
    assert made.suggested_name(clean) == name


@pytest.mark.parametrize(
    ("kind", "path", "query"), [("needs", "/needs/", "q=coffee&category=CAT"), ("calls", "/calls/", "kind=partners")]
)
def test_saving_the_search_one_looks_at(client, adam, kind, path, query):
    client.force_login(adam)
    page = client.get(f"{path}?{query}&page=1").content.decode()
    sent = dict(re.findall(r'name="(kind|query)" value="([^"]*)"', page))

    response = client.post("/searches/save/", {name: value.replace("&amp;", "&") for name, value in sent.items()})

    search = SavedSearch.objects.get()
    assert response.url == f"/searches/{search.pk}/"
    assert (search.user, search.kind, search.query, search.cadence) == (adam, kind, query, "daily")
    assert client.post(f"/searches/{search.pk}/open/").url == f"{path}?{query}"


def test_the_same_query_of_two_lists_is_two_searches(adam):
    keep(adam, "needs")
    keep(adam, "calls")

    assert SavedSearch.objects.count() == 2
    assert SavedSearch.keep(by=adam, kind="calls", query="", name="again")[1] is False


def test_an_unknown_list_is_not_found(client, adam):
    client.force_login(adam)

    assert client.post("/searches/save/", {"kind": "people", "query": "q=x"}).status_code == 404
    assert not SavedSearch.objects.exists()


def test_strangers_are_sent_to_sign_in_and_back(client, db):
    for path in ("/needs/?q=coffee", "/calls/?kind=visit"):
        content = client.get(path).content.decode()

        assert "Sign in to save this search" in content
        assert "/searches/save/" not in content


@pytest.mark.usefixtures("school")
def test_new_needs_and_calls_are_counted_until_opened(client, adam, clock, need, call):
    need(title="Coffee of long ago")
    keep(adam, "needs", "q=coffee", name="Coffee needs")
    calls = keep(adam, "calls", "kind=partners", name="Partner calls")
    clock.shift(60)
    need()
    need(title="A poster", text="Nothing to drink.")
    call()
    call(status="draft")

    assert {search.name: search.new for search in with_new(adam)} == {"Coffee needs": 1, "Partner calls": 1}
    client.force_login(adam)
    content = client.get("/dashboard/").content.decode()
    assert content.count("1 new</span>") == 2
    client.post(f"/searches/{calls.pk}/open/")
    assert {search.name: search.new for search in with_new(adam)} == {"Coffee needs": 1, "Partner calls": 0}


@pytest.mark.usefixtures("school")
def test_words_find_nothing_that_the_person_may_not_read(adam, charlie, school, clock, need):
    keep(adam, "needs", "q=guests")
    keep(charlie, "needs", "q=guests")
    clock.shift(60)
    need()  # says “guests” in its text alone

    assert [search.new for search in with_new(adam)] == [1]
    assert [search.new for search in with_new(charlie)] == [0]
    school.status = Organisation.Status.PENDING
    school.save(update_fields=["status"])
    assert [search.new for search in with_new(adam)] == [0]


@pytest.mark.usefixtures("school")
def test_one_mail_tells_of_all_lists_once(adam, school, clock, need, call):
    searches = [keep(adam, "needs", name="Needs near us"), keep(adam, "calls", name="Calls"), keep(adam, "offers")]
    clock.shift(60)
    opened, published = need(), call()
    clock.shift(300)

    assert [mailed(), mailed()] == [1, 0]
    clock.shift(2 * 3600)
    assert mailed() == 0

    [message] = mail.outbox
    assert message.to == [adam.email]
    assert message.subject == "2 new results for your searches"
    for part in (message.body, message.alternatives[0][0]):
        assert opened.title in part
        assert opened.get_absolute_url() in part
        assert published.title in part
        assert published.get_absolute_url() in part
        assert published.organisation.name in part
        assert opened.text not in part
        assert opened.place not in part
        assert all(stop_url([search.pk]) in part for search in searches[:2])


@pytest.mark.parametrize(("kind", "subject"), [("needs", "1 new need for “Kept”"), ("calls", "1 new call for “Kept”")])
def test_the_subject_says_what_is_new(charlie, clock, need, call, kind, subject):
    keep(charlie, kind)
    clock.shift(60)
    need()
    call()
    clock.shift(300)

    assert mailed() == 1
    assert mail.outbox[0].subject == subject


def test_what_is_no_longer_open_is_not_mailed(adam, clock, need, call):
    keep(adam, "needs")
    keep(adam, "calls")
    clock.shift(60)
    need(status="withdrawn")
    call(status="withdrawn")
    clock.shift(300)

    assert mailed() == 0


@pytest.mark.parametrize("number", [1, 3])
def test_statements_do_not_grow_with_the_searches(adam, need, call, number, django_assert_num_queries):
    for n in range(number):
        keep(adam, "needs", f"q=coffee+{n}")
        keep(adam, "calls", f"country={('LV', 'CY', 'EE')[n]}")
    need()
    call()
    keep(adam, "needs")  # what the categories and countries are is read once
    with_new(adam)

    with django_assert_num_queries(4):
        assert len(with_new(adam)) == 2 * number + 1

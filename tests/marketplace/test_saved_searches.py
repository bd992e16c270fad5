import re
from datetime import UTC, date, datetime, timedelta
from urllib.parse import quote
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.utils import timezone

from accounts.models import OutgoingMail, Refusal
from accounts.notifications import send_due
from marketplace import saved_mails
from marketplace.models import Offer, SavedSearch
from marketplace.models.search import index_offers
from marketplace.saved import MOST_LINES, with_new
from marketplace.saved_mails import stop_url, tell_of_searches
from marketplace.saved_offers import normalised, suggested_name
from tests import factories
from vet2b.demo.searches import add_searches

SUNDAY = datetime(2026, 11, 22, 12, tzinfo=UTC)  # 14 o'clock where the company is


BREAKS = """
CREATE FUNCTION pg_temp.breaks() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'broken'; END $$
"""


def keep(user, query="q=website", cadence="now", name="Websites"):
    search, _is_new = SavedSearch.keep(by=user, query=query, name=name)
    search.change(name=name, cadence=cadence)
    return search


@pytest.fixture
def clock(db):
    with time_machine.travel(SUNDAY, tick=False) as moved:
        yield moved


@pytest.fixture
def publish(school, adam, sara):
    return lambda title="Website for a bakery": factories.make_offer(school, adam, sara, title=title)


def mailed():
    """What one pass writes, sent."""
    written = tell_of_searches()
    send_due()
    return written


def path_of(url):
    return "/" + url.split("/", 3)[3]


# --- saving ---


@pytest.mark.django_db
def test_the_query_is_kept_in_one_form():
    query = normalised("utm=1&q=+my++site+&after=x&sort=new&category=WEB&category=NONE&price_max=50.00&exact=2")

    assert query == "q=my+site&category=WEB&price_max=50&sort=new"
    assert normalised(query) == query
    assert normalised("sort=best&price_min=abc") == ""


def test_a_name_is_suggested_from_words_and_filters(db):
    assert suggested_name("q=website&country=LV") == "website · Latvia"
    assert suggested_name("") == "All services"


@pytest.mark.usefixtures("company")
def test_saving_the_search_one_looks_at(client, bob, publish):
    publish()
    client.force_login(bob)
    page = client.get("/offers/?q=website&sort=new").content.decode()
    query = re.search(r'name="query" value="([^"]*)"', page)[1].replace("&amp;", "&")

    response = client.post("/searches/save/", {"query": query})

    search = SavedSearch.objects.get()
    assert response.url == f"/searches/{search.pk}/"
    assert (search.user, search.query, search.name, search.cadence) == (bob, "q=website&sort=new", "website", "daily")


def test_the_same_search_again_finds_the_first(client, bob):
    client.force_login(bob)
    for query in ("q=website&sort=new", "sort=new&q=website&x=1"):
        response = client.post("/searches/save/", {"query": query}, follow=True)

    assert SavedSearch.objects.count() == 1
    assert "You have saved this search before." in response.content.decode()


def test_at_most_thirty_a_person(client, bob, charlie):
    for number in range(30):
        keep(bob, f"q=word{number}")
    with pytest.raises(Refusal):
        keep(bob, "q=more")
    client.force_login(bob)

    response = client.post("/searches/save/", {"query": "q=more"}, follow=True)

    assert "You have saved 30 searches. Remove one to save another." in response.content.decode()
    assert SavedSearch.objects.count() == 30
    assert SavedSearch.keep(by=bob, query="q=word3", name="again")[1] is False
    assert keep(charlie).pk


def test_strangers_are_sent_to_sign_in_and_back(client, publish):
    publish()

    content = client.get("/offers/?q=website&country=LV").content.decode()

    assert f"?next={quote('/offers/?q=website&country=LV', safe='')}" in content
    assert "/searches/save/" not in content
    assert client.post("/searches/save/", {"query": "q=website"}).url.startswith("/account/login/")
    assert not SavedSearch.objects.exists()


# --- pages ---


def test_the_list_tells_what_is_new_until_it_is_opened(client, bob, clock, publish):
    publish()
    search = keep(bob, "q=bakery")
    clock.shift(60)
    publish()
    publish("Haircut")
    client.force_login(bob)
    assert "1 new" in client.get("/searches/").content.decode()

    response = client.post(f"/searches/{search.pk}/open/")

    assert response.url == "/offers/?q=bakery"
    assert " new</span>" not in client.get("/searches/").content.decode()


def test_changing_and_removing(client, bob, clock):
    search = keep(bob)
    client.force_login(bob)

    client.post(f"/searches/{search.pk}/", {"name": "Shops", "cadence": "weekly"})
    search.refresh_from_db()
    assert (search.name, search.cadence) == ("Shops", "weekly")
    assert search.due_at.date() == date(2026, 11, 23)

    client.post(f"/searches/{search.pk}/remove/")
    assert not SavedSearch.objects.exists()


def test_wrong_input_keeps_what_was_typed(client, bob):
    search = keep(bob)
    client.force_login(bob)

    response = client.post(f"/searches/{search.pk}/", {"name": "", "cadence": "hourly"})

    assert response.status_code == 422
    content = response.content.decode()
    assert "Give the search a name." in content
    assert "Choose how often." in content
    search.refresh_from_db()
    assert (search.name, search.cadence) == ("Websites", "now")


@pytest.mark.parametrize("verb", ["", "open/", "remove/"])
def test_another_persons_search_is_not_found(client, bob, charlie, verb):
    search = keep(bob)
    client.force_login(charlie)

    response = client.post(f"/searches/{search.pk}/{verb}", {"name": "Mine", "cadence": "never"})

    assert response.status_code == 404
    kept = SavedSearch.objects.get()
    assert (kept.name, kept.cadence, kept.seen_at) == (search.name, search.cadence, search.seen_at)


def test_the_dashboard_shows_four_with_what_is_new(client, bob, company, clock, publish):
    for number in range(5):
        keep(bob, f"q=website&price_max={500 + number}", name=f"Search {number}")
    clock.shift(60)
    publish()
    client.force_login(bob)

    content = client.get("/dashboard/").content.decode()

    assert [f"Search {n}" in content for n in range(5)] == [False, True, True, True, True]


@pytest.mark.parametrize("number", [1, 3])
def test_statements_do_not_grow_with_the_searches(bob, publish, number, django_assert_num_queries):
    for n in range(number):
        keep(bob, f"q=website+{n}&country=LV")
    publish()
    with django_assert_num_queries(3):
        assert len(with_new(bob)) == number


# --- mails ---


@pytest.mark.usefixtures("company")
def test_the_mail_tells_what_is_new(bob, clock, publish):
    publish("Website for a bakery of long ago")
    search = keep(bob, "q=bakery")
    clock.shift(60)
    offer = publish()
    publish("Haircut")
    clock.shift(300)

    assert mailed() == 1

    [message] = mail.outbox
    assert message.to == [bob.email]
    assert message.subject == "1 new service for “Websites”"
    for part in (message.body, message.alternatives[0][0]):
        assert "Website for a bakery" in part
        assert "Linden Vocational School" in part
        assert "€" in part
        assert f"/offers/{offer.slug}/" in part
        assert stop_url([search.pk]) in part
        assert "long ago" not in part
        assert "Haircut" not in part
    assert message.extra_headers["List-Unsubscribe"] == f"<{stop_url([search.pk])}>"
    assert message.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert OutgoingMail.objects.get().unsubscribe == ""


def test_a_second_pass_sends_nothing_twice(bob, clock, publish):
    keep(bob)
    clock.shift(60)
    publish()
    clock.shift(300)

    assert [mailed(), mailed()] == [1, 0]
    clock.shift(7200)
    assert mailed() == 0
    assert len(mail.outbox) == 1


def test_at_most_one_mail_an_hour(bob, clock, publish):
    keep(bob)
    keep(bob, "q=bakery", name="Bakeries")
    clock.shift(60)
    publish()
    clock.shift(300)
    assert mailed() == 1
    assert mail.outbox[0].subject == "2 new services for your searches"
    publish("Website for a garage")
    clock.shift(1800)
    assert mailed() == 0
    clock.shift(1900)

    assert mailed() == 1
    assert "garage" in mail.outbox[1].body


@pytest.mark.usefixtures("company")
@pytest.mark.parametrize("cadence", ["daily", "weekly"])
def test_at_eight_in_the_morning_of_the_persons_zone(bob, company, clock, publish, cadence):
    keep(bob, cadence=cadence)
    clock.shift(60)
    publish()
    eight = datetime(2026, 11, 23, 8, tzinfo=ZoneInfo(company.zone))
    clock.move_to(eight - timedelta(minutes=1))
    assert mailed() == 0
    clock.move_to(eight)
    assert mailed() == 1

    publish("Website for a garage")
    clock.move_to(eight + timedelta(hours=23))
    assert mailed() == 0
    clock.move_to(eight + timedelta(days=1))
    assert mailed() == (1 if cadence == "daily" else 0)
    clock.move_to(eight + timedelta(days=7))
    assert mailed() == (0 if cadence == "daily" else 1)


def test_never_sends_nothing_and_tells_nothing_old_when_turned_on(bob, clock, publish):
    search = keep(bob, cadence="never")
    clock.shift(60)
    publish()
    clock.shift(8 * 86400)
    assert mailed() == 0
    search.change(name="Websites", cadence="now")
    clock.shift(300)

    assert mailed() == 0


def test_what_was_seen_or_withdrawn_is_not_mailed(bob, charlie, clock, publish):
    keep(bob, "q=bakery")
    seen = keep(charlie, "q=garage")
    clock.shift(60)
    gone = publish()
    publish("Garage door")
    Offer.objects.filter(pk=gone.pk).update(status="paused")
    index_offers([gone.pk])
    clock.shift(60)
    seen.look()
    clock.shift(300)

    assert mailed() == 0


def test_a_search_that_fails_waits_and_its_neighbours_go_on(bob, charlie, clock, publish):
    broken = keep(bob, name="Broken")
    keep(bob, "q=bakery", name="Bakeries")
    keep(charlie)
    clock.shift(60)
    publish()
    clock.shift(300)
    with connection.cursor() as cursor:
        cursor.execute(BREAKS, [])
        cursor.execute(
            f"CREATE TRIGGER breaks BEFORE UPDATE OF told_until ON marketplace_savedsearch FOR EACH ROW "
            f"WHEN (NEW.id = {broken.pk}) EXECUTE FUNCTION pg_temp.breaks()"
        )

    assert mailed() == 2

    assert {message.to[0] for message in mail.outbox} == {bob.email, charlie.email}
    assert "Broken" not in "".join(message.body for message in mail.outbox)
    broken.refresh_from_db()
    assert broken.due_at == timezone.now() + saved_mails.RETRY


def test_a_mail_has_ten_offers_at_most_and_the_readers_language(bob, clock, publish):
    bob.language = "lv"
    bob.save()
    keep(bob)
    clock.shift(60)
    for number in range(12):
        publish(f"Website {number:02}")
    clock.shift(300)

    assert mailed() == 1
    assert len(re.findall(r"- Website", mail.outbox[0].body)) == MOST_LINES
    assert "/lv/" in mail.outbox[0].body or 'lang="lv"' in mail.outbox[0].alternatives[0][0]


def test_not_opened_for_a_year_says_so_once(bob, clock):
    search = keep(bob)
    clock.shift(366 * 86400)

    assert mailed() == 1
    assert "You have not opened this search for a year" in mail.outbox[0].body
    search.refresh_from_db()
    assert (search.cadence, search.due_at) == ("never", None)
    clock.shift(86400)
    assert mailed() == 0

    search.change(name="Websites", cadence="now")
    clock.shift(300)
    assert mailed() == 0
    assert SavedSearch.objects.get().cadence == "now"


def test_nobody_who_left_is_mailed(bob, clock, publish):
    keep(bob)
    bob.is_active = False
    bob.save()
    clock.shift(60)
    publish()
    clock.shift(300)

    assert mailed() == 0


# --- stopping ---


def test_the_link_stops_by_a_post_only(client, bob):
    search, other = keep(bob), keep(bob, "q=bakery")
    path = path_of(stop_url([search.pk]))

    page = client.get(path)
    search.refresh_from_db()
    assert (page.status_code, search.cadence) == (200, "now")
    assert "Websites" in page.content.decode()

    done = client.post(path, {"List-Unsubscribe": "One-Click"})
    again = client.post(path)
    search.refresh_from_db()
    other.refresh_from_db()
    assert (done.status_code, again.status_code) == (200, 200)
    assert (search.cadence, other.cadence) == ("never", "now")


def test_the_header_stops_all_of_the_mail(client, bob):
    searches = [keep(bob), keep(bob, "q=bakery")]

    client.post(path_of(stop_url([search.pk for search in searches])))

    assert set(SavedSearch.objects.values_list("cadence", flat=True)) == {"never"}


def test_a_forged_link_is_not_found(client, bob):
    search = keep(bob)

    assert client.post(f"/searches/stop/{search.pk}:forged/").status_code == 404
    assert SavedSearch.objects.get().cadence == "now"


def test_the_database_keeps_due_and_cadence_together(bob):
    search = keep(bob)
    assert search.due_at <= timezone.now()
    search.stop()
    assert search.due_at is None


def test_the_demo_buyer_has_two(bob):
    add_searches(bob)

    assert list(bob.saved_searches.order_by("pk").values_list("name", "cadence")) == [
        ("website", "daily"),
        ("Latvia · Free for training", "weekly"),
    ]

"""Two passes at the same moment, each with its own connection to PostgreSQL, against committed rows."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import OutgoingMail
from marketplace.models import SavedSearch
from marketplace.saved_mails import tell_of_searches
from tests.factories import make_member, make_offer, make_organisation, make_user
from tests.marketplace.test_windows_race import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_passes_at_once_write_each_mail_once():
    school = make_organisation(make_user("Alice Alpha"), kind="school", name="Linden School")
    trainer = make_user("Adam Aspen")
    make_member(trainer, school)
    offer = make_offer(school, trainer)
    hour_ago = timezone.now() - timedelta(hours=1)
    offer.search.published_at = hour_ago
    offer.search.save(update_fields=["published_at"])
    people = [make_user(f"Person {n}") for n in range(6)]
    for person in people:
        search, _is_new = SavedSearch.keep(by=person, query="q=website", name="Websites")
        search.change(name="Websites", cadence="now")
    earlier = hour_ago - timedelta(hours=1)
    SavedSearch.objects.update(seen_at=earlier, told_until=earlier)

    at_once([tell_of_searches, tell_of_searches, tell_of_searches])

    assert sorted(OutgoingMail.objects.values_list("to", flat=True)) == sorted(person.email for person in people)


def test_saving_the_same_search_at_once_keeps_one():
    person = make_user("Bob Birch")

    at_once([lambda: SavedSearch.keep(by=person, query="q=website", name="Websites")] * 4)

    assert SavedSearch.objects.count() == 1

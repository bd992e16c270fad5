"""Which schools are asked to answer a need, in which order, and when: matching and invitations."""

from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.utils import timezone

from accounts.models import Activity, InvalidTransition, Notification, Refusal, Region
from accounts.models.timers import ring_due_timers
from accounts.notifications import send_due
from marketplace.match_words import reason_words
from marketplace.models import MatchRow, Need, NeedInvitation, Quote
from marketplace.models.match_rows import refresh_match_rows
from marketplace.models.matching import NEAR, ranked
from tests.factories import (
    LINE,
    make_need,
    make_offer,
    make_order,
    make_organisation,
    make_user,
    make_window,
    member,
)  # fmt: skip

pytestmark = pytest.mark.django_db
S = NeedInvitation.Status
RIGA, LIEPAJA, VILNIUS = "LV00A", "LV00B", "LT011"
AT_CLIENT = {"category_id": "CAT", "delivery_modes": ["at_client"], "languages": ["en"]}


def make_school(name, region=RIGA, **fields):
    """A school with one service that fits `make_need`, published long ago."""
    owner = make_user()
    place = Region.objects.get(pk=region)
    school = make_organisation(owner, "school", name, region=place, country=place.country)
    offer = make_offer(school, owner, **AT_CLIENT | fields)
    offer.search.published_at = timezone.now() - timedelta(days=400)
    offer.search.save()
    refresh_match_rows([school.pk])
    return school


def know(school, **facts):
    MatchRow.objects.filter(school=school).update(**facts)


def order_of(need):
    return [match.candidate.school_id for match in ranked(need)]


@pytest.fixture
def need(buyer):
    return make_need(buyer, region=Region.objects.get(pk=RIGA))


# --- Each rule decides ---


def test_the_nearer_goes_first(need):
    schools = [make_school(region, region) for region in (VILNIUS, LIEPAJA, RIGA)]

    assert order_of(need) == [school.pk for school in reversed(schools)]
    far, middle, near = ranked(need)[::-1]
    assert near.candidate.km == 0
    assert 125 < middle.candidate.km < 145
    assert 235 < far.candidate.km < 255


def test_who_is_free_in_the_days_goes_first(buyer):
    one, other = make_school("One"), make_school("Other")
    day = timezone.localdate() + timedelta(days=35)
    make_window(one.offers.get(), in_days=80)
    full = make_window(one.offers.get(), in_days=30)
    full.taken = full.capacity
    full.save()
    window = make_window(other.offers.get(), in_days=30)
    need = make_need(buyer, region=Region.objects.get(pk=RIGA), starts_on=day, ends_on=day)

    best, last = ranked(need)

    assert (best.candidate.school_id, best.candidate.free_from) == (other.pk, window.starts_on)
    assert (last.candidate.school_id, last.candidate.free_from) == (one.pk, None)


@pytest.mark.parametrize(
    "better",
    [
        {"answer_hours": 20},
        {"rating": Decimal("4.6"), "review_count": 5},
        {"done": 12},
        {"since": "today"},
        {"invited_at": None},
    ],
)
def test_one_thing_more_decides(need, better):
    if better.get("since"):
        better = {"since": timezone.localdate()}
    one, other = make_school("One"), make_school("Other")
    know(one, invited_at=timezone.now())
    know(other, **{"invited_at": timezone.now() - timedelta(days=9)} | better)
    assert order_of(need) == [other.pk, one.pk]

    know(one, **{"invited_at": timezone.now() - timedelta(days=30)})
    know(other, invited_at=timezone.now())
    is_rotation = set(better) == {"invited_at"}
    assert order_of(need) == ([one.pk, other.pk] if is_rotation else [other.pk, one.pk])


def test_more_languages_in_common_go_first(buyer):
    make_school("One")
    other = make_school("Other", languages=["en", "lv"])
    need = make_need(buyer, region=Region.objects.get(pk=RIGA), languages=["en", "lv"])

    best = ranked(need)[0]
    assert (best.candidate.school_id, best.candidate.languages) == (other.pk, ["en", "lv"])


def test_a_newcomer_stands_beside_the_best_known(need):
    known, new, unknown = make_school("Known"), make_school("New"), make_school("Unknown")
    know(known, done=30)
    know(new, since=timezone.localdate())

    assert order_of(need)[0] == new.pk
    assert order_of(need)[2] == unknown.pk
    with time_machine.travel(timezone.now() + timedelta(days=91)):
        assert order_of(need)[0] == known.pk


def test_the_lot_is_the_needs_own_and_always_the_same(buyer):
    for number in range(6):
        make_school(f"School {number}")
    needs = [make_need(buyer, region=Region.objects.get(pk=RIGA)) for _ in range(4)]

    orders = [tuple(order_of(need)) for need in needs]
    assert orders == [tuple(order_of(need)) for need in needs]
    assert len(set(orders)) > 1


# --- Who is not asked ---
def test_only_who_can_do_it_is_asked(need, buyer):
    make_school("Other category", category_id="WEB")
    make_school("Other language", languages=["pt"])
    make_school("Only online", delivery_modes=["remote"])
    make_school("Does not travel so far", LIEPAJA, travel_radius_km=50)
    suspended = make_school("Suspended")
    suspended.status = "suspended"
    suspended.save()
    paused = make_school("Paused")
    paused.offers.update(status="paused")
    make_school("Beyond 300 km", "PT11A")
    fits = make_school("Fits", travel_radius_km=50)

    assert order_of(need) == [fits.pk]


def test_online_no_school_is_too_far(buyer):
    far = make_school("Far", "PT11A", delivery_modes=["remote"])
    need = make_need(buyer, place_mode="remote", region=Region.objects.get(pk=RIGA))

    [match] = ranked(need)
    assert match.candidate.school_id == far.pk
    assert match.reasons(need)["km"] is None


def test_nobody_is_asked_by_itself():
    school = make_school("Asks")
    need = make_need(member(school.memberships.get().user, school), region=Region.objects.get(pk=RIGA))

    assert order_of(need) == []


def test_who_leaves_five_unanswered_rests(need, buyer):
    school = make_school("Silent")
    for number in range(5):
        assert order_of(need) == [school.pk]
        make_need(buyer, title=f"Need {number}").invite(by=None)

    assert order_of(need) == []
    with time_machine.travel(timezone.now() + timedelta(days=15)):
        assert order_of(need) == [school.pk]


def test_online_the_far_who_wait_longest_are_found_too(buyer, monkeypatch):
    monkeypatch.setattr("marketplace.models.matching.NEAR", 1)
    monkeypatch.setattr("marketplace.models.matching.WAITING", 1)
    near, waited, _far = (make_school(name, region, delivery_modes=["remote"]) for name, region in
                          (("Near", RIGA), ("Waits", VILNIUS), ("Far", LIEPAJA)))  # fmt: skip
    know(near, invited_at=timezone.now())
    know(_far, invited_at=timezone.now())
    need = make_need(buyer, place_mode="remote", region=Region.objects.get(pk=RIGA))

    assert order_of(need) == [waited.pk, near.pk]


def test_the_same_number_of_statements_for_one_and_many(need, django_assert_num_queries):
    make_school("One")
    assert len(ranked(need)) == 1
    with django_assert_num_queries(1):
        ranked(need)
    for number in range(4):
        make_school(f"School {number}")
    with django_assert_num_queries(1):
        assert len(ranked(need)) == 5


def test_without_a_place_distance_says_nothing(buyer):
    school = make_school("Somewhere")
    know(school, latitude=None, longitude=None, x=None, y=None)
    near = make_school("Near")
    need = make_need(buyer, region=Region.objects.get(pk=RIGA))

    assert [(match.candidate.school_id, match.candidate.km) for match in ranked(need)] == [
        (near.pk, 0),
        (school.pk, None),
    ]


def test_without_a_region_the_schools_of_the_country_are_asked(buyer):
    make_school("Abroad", VILNIUS)
    here = make_school("Here")

    [match] = ranked(make_need(buyer))
    assert (match.candidate.school_id, match.candidate.km) == (here.pk, None)


def test_the_nearest_are_found_by_the_index(need):
    """So that the cost does not grow with the number of schools."""
    make_school("One")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off; SET LOCAL enable_bitmapscan = off")
        cursor.execute(
            "EXPLAIN SELECT id FROM marketplace_matchrow WHERE key = 'CAT:en:at_client'"
            " ORDER BY point(x, y) <-> point(0, 0) FETCH FIRST %s ROWS WITH TIES",
            [NEAR],
        )
        plan = " ".join(line for (line,) in cursor.fetchall())
    assert "match_row_near" in plan
    assert "Sort" not in plan


# --- What is known of a school ---
def test_what_a_school_did_is_counted(school, offer, buyer):
    for _ in range(3):
        order = make_order(offer, buyer, "completed")
        Quote.objects.filter(order=order).update(created_at=order.requested_at + timedelta(hours=5))
    refresh_match_rows([school.pk])

    rows = MatchRow.objects.filter(school=school)
    assert {row.key for row in rows} == {"WEB:en:remote", "WEB:lv:remote"}
    assert {(row.done, row.answer_hours, row.rating) for row in rows} == {(3, 5, None)}


def test_who_publishes_is_found_at_once_and_who_pauses_is_not(school, adam, seller):
    offer = make_offer(school, adam, title="Catering", **AT_CLIENT)
    assert MatchRow.objects.filter(offer=offer).count() == 1

    offer.pause(by=seller)
    assert not MatchRow.objects.filter(offer=offer).exists()


# --- Batches ---
def ring(**later):
    with time_machine.travel(timezone.now() + timedelta(**later), tick=False):
        ring_due_timers()


@pytest.fixture
def schools(db):
    return [make_school(f"School {number}") for number in range(23)]


def invited(need):
    return list(need.invitations.order_by("place").values_list("school_id", flat=True))


MONDAY = "2027-02-01 10:00+02:00"  # no holiday of Latvia near


@time_machine.travel(MONDAY, tick=False)
def test_ten_a_working_day_in_the_order_of_the_ranking(schools, buyer):
    need = make_need(buyer, answer_days=20)
    order = order_of(need)

    ring()
    assert invited(need) == order[:10]
    ring(hours=23)
    assert len(invited(need)) == 10
    ring(days=1)
    assert invited(need)[:10] == order[:10]
    assert len(invited(need)) == 20
    ring(days=2)
    assert len(invited(need)) == 23
    ring(days=3)
    assert len(invited(need)) == 23
    assert list(need.invitations.order_by("place").values_list("batch", flat=True)) == [1] * 10 + [2] * 10 + [3] * 3


@time_machine.travel("2027-02-05 10:00+02:00", tick=False)
def test_the_next_batch_waits_for_monday(schools, buyer):
    need = make_need(buyer, answer_days=20)

    ring()
    ring(days=2)
    assert len(invited(need)) == 10
    ring(days=3)
    assert len(invited(need)) == 20


def say(invitation, verb, **words):
    getattr(invitation, verb)(by=member(invitation.school.memberships.get().user, invitation.school), **words)


@time_machine.travel(MONDAY, tick=False)
def test_six_interested_are_enough_until_one_declines(schools, buyer):
    need = make_need(buyer, answer_days=20)
    ring()
    first = list(need.invitations.order_by("place"))
    for invitation in first[:6]:
        say(invitation, "show_interest")
    ring(days=1)
    ring(days=3)
    assert len(invited(need)) == 10

    with time_machine.travel("2027-02-04 10:00+02:00", tick=False):
        say(first[0], "decline", why="busy")
        ring(days=1)
    assert len(invited(need)) == 20


@time_machine.travel(MONDAY, tick=False)
def test_quotes_count_as_interest(schools, buyer):
    need = make_need(buyer, answer_days=20)
    ring()
    for invitation in need.invitations.all()[:6]:
        need.answer(invitation.offer, [LINE], by=member(invitation.offer.trainer, invitation.school))
    assert need.invitations.filter(status=S.QUOTED).count() == 6
    ring(days=1)

    assert len(invited(need)) == 10


def test_a_pass_that_runs_twice_sends_nothing_twice(schools, buyer):
    make_need(buyer)
    ring_due_timers()
    sent = Notification.objects.count()
    send_due()
    mails = len(mail.outbox)
    ring_due_timers()
    send_due()

    assert (sent, mails) == (Notification.objects.count(), len(mail.outbox))
    assert mails == 10


@pytest.mark.parametrize("end", ["withdraw", "close"])
def test_an_ended_need_invites_nobody(schools, buyer, end):
    need = make_need(buyer)
    getattr(need, end)(by=buyer if end == "withdraw" else None)

    ring(days=1)
    assert invited(need) == []


# --- Reminders ---
@time_machine.travel(MONDAY, tick=False)
def test_reminded_after_two_and_four_working_days_and_never_more(buyer):
    make_school("Silent")
    need = make_need(buyer, answer_days=20)
    ring()
    told = []
    for day in range(15):
        ring(days=day)
        told.append(Activity.objects.filter(verb__startswith="needinvitation.remind").count())

    assert told == [0, 0, 1, 1] + [2] * 11
    assert need.activities.filter(verb="need.invite").count() == 1


@time_machine.travel(MONDAY, tick=False)
@pytest.mark.parametrize("answer", ["show_interest", "decline", "close"])
def test_nobody_is_reminded_of_what_is_answered_or_over(buyer, answer):
    make_school("Answers")
    need = make_need(buyer, answer_days=20)
    ring()
    if answer == "close":
        need.close(by=None)
    else:
        say(need.invitations.get(), answer, **({"why": "busy"} if answer == "decline" else {}))
    ring(days=8)

    assert not Activity.objects.filter(verb__startswith="needinvitation.remind").exists()


# --- Suggestions ---
def test_without_interest_in_two_days_five_schools_are_named(schools, buyer):
    need = make_need(buyer)
    ring_due_timers()
    refused = need.invitations.get(place=1)
    say(refused, "decline", why="field")
    ring(days=2, minutes=1)
    need.refresh_from_db()

    suggested = [each["offer"].school for each in need.suggestions()]
    assert len(suggested) == 5
    assert refused.school not in suggested
    notice = Notification.objects.get(activity__verb="need.suggest")
    assert notice.recipient == buyer.user
    assert all(school.name in notice.activity.notice.text(notice.activity) for school in suggested)

    suggested[0].offers.update(status="paused")
    assert len(need.suggestions()) == 4


def test_with_interest_nothing_is_suggested(schools, buyer):
    need = make_need(buyer)
    ring_due_timers()
    say(need.invitations.first(), "show_interest")
    ring(days=3)

    assert not need.activities.filter(verb="need.suggest").exists()


# --- The table ---
VERBS = {
    "view": ("school", {S.INVITED}), "show_interest": ("school", {S.INVITED, S.VIEWED, S.DECLINED}),
    "decline": ("school", {S.INVITED, S.VIEWED, S.INTERESTED}), "quote": ("school", set(S) - {S.QUOTED}),
    "remind": ("system", {S.INVITED, S.VIEWED}), "remind_again": ("system", {S.INVITED, S.VIEWED}),
}  # fmt: skip
TELLS = {"show_interest": "bob", "remind": "adam", "remind_again": "adam"}


@pytest.fixture
def invitation(school, adam, buyer):
    make_offer(school, adam, title="Catering", **AT_CLIENT)
    make_need(buyer).invite(by=None)
    return NeedInvitation.objects.get()


def snapshot():
    return list(NeedInvitation.objects.values()), Activity.objects.count(), Notification.objects.count()


def do(invitation, verb, by):
    return getattr(invitation, verb)(by=by, **({"why": "busy"} if verb == "decline" else {}))


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("status", S)
def test_each_verb_holds_in_its_states_alone(verb, status, invitation, seller):
    NeedInvitation.objects.update(status=status)
    party, sources = VERBS[verb]
    by = seller if party == "school" else None
    before = snapshot()

    if status in sources:
        do(invitation, verb, by)
        activity = invitation.activities.last()
        assert activity.verb == f"needinvitation.{verb}"
        told = [notice.recipient.email.split("@")[0] for notice in activity.notifications.all()]
        assert told == ([TELLS[verb]] if verb in TELLS else [])
        assert Need.objects.get().status == Need.Status.OPEN
    else:
        with pytest.raises(InvalidTransition):
            do(invitation, verb, by)
        assert snapshot() == before


@pytest.mark.parametrize("verb", VERBS)
def test_nobody_else_may(verb, invitation, seller, buyer, outsider, lea, school):
    people = {"school": seller, "system": None}
    people.pop(VERBS[verb][0])
    before = snapshot()

    for by in [*people.values(), buyer, outsider, member(lea, school)]:
        with pytest.raises(PermissionDenied):
            do(invitation, verb, by)
    assert snapshot() == before


def test_nothing_is_said_once_the_need_is_over(invitation, seller):
    Need.objects.get().close(by=None)
    before = snapshot()

    for verb in VERBS:
        with pytest.raises(InvalidTransition):
            do(invitation, verb, seller if VERBS[verb][0] == "school" else None)
    assert snapshot() == before


def test_declining_takes_a_reason(invitation, seller):
    with pytest.raises(Refusal) as refused:
        invitation.decline(by=seller, why="")
    assert refused.value.field == "why"
    assert NeedInvitation.objects.get().status == S.INVITED


# --- Words ---
def test_the_mail_says_why_the_school_was_asked(invitation):
    send_due()
    [told] = [each for each in mail.outbox if each.to == ["adam@school.example"]]

    assert "A need for your school: Coffee for our open day" in told.subject
    assert "same category" in told.body
    assert "works in English" in told.body


def test_reasons_read_well():
    reasons = {
        "km": 12, "languages": ["pl"], "free_from": "2027-03-02", "answer_hours": 20, "rating": "4.60",
        "review_count": 7, "done": 12, "is_new": False,
    }  # fmt: skip
    assert reason_words(reasons) == [
        "same category", "12 km away", "free from 2 March 2027", "works in Polish", "answers within a day",
        "4.6 of 5 from 7 reviews", "12 orders completed",
    ]  # fmt: skip

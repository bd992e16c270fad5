"""A bank account changes only with a second person, or after three days in which everybody could stop it."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import Activity, InvalidTransition, Notification, NotificationPreference, Refusal, Timer
from accounts.models.timers import ring_due_timers
from marketplace.models import BankAccount
from tests.factories import PASSWORD, make_member, make_user, member

S = BankAccount.Status
OLD, NEW = "LV80BANK0000435195001", "DE89370400440532013000"
FIELDS = {"holder": "Linden Vocational School", "iban": NEW, "bic": ""}
PAGE = reverse("marketplace:bank_account")
PROPOSE = reverse("marketplace:bank_propose")


@pytest.fixture
def owner(alice, school):
    return member(alice, school)


@pytest.fixture
def second(school):
    user = make_user("Otto Oak", "otto@school.example")
    make_member(user, school, role="owner")
    return member(user, school)


@pytest.fixture
def used(school, alice):
    return BankAccount.objects.create(
        organisation=school, holder="Linden", iban=OLD, status=S.ACTIVE, proposed_by=alice, active_from=timezone.now()
    )


@pytest.fixture
def proposed(owner, second, used):
    return BankAccount.propose(by=owner, **FIELDS)


def status_of(account):
    return BankAccount.objects.get(pk=account.pk).status


def told(verb):
    rows = Notification.objects.filter(activity__verb=f"organisation.{verb}").order_by("recipient__email")
    return list(rows.values_list("recipient__email", flat=True))


def snapshot():
    return (
        list(BankAccount.objects.order_by("pk").values()), Activity.objects.count(), Notification.objects.count(),
        sorted(Timer.objects.filter(done_at=None).values_list("verb", "due_at")),
    )  # fmt: skip


def test_until_it_is_confirmed_the_old_one_stands(proposed, used, school):
    assert (status_of(proposed), status_of(used)) == (S.PROPOSED, S.ACTIVE)
    assert BankAccount.used_by(school) == used


def test_a_second_owner_confirms_it(proposed, used, second, school):
    proposed.confirm(by=second)

    account = BankAccount.used_by(school)
    assert (account, account.confirmed_by, status_of(used)) == (proposed, second.user, S.REPLACED)
    assert account.active_from is not None


def test_all_owners_are_mailed_of_both_steps_the_actor_too(proposed, second, adam):
    proposed.confirm(by=second)

    owners = ["alice@school.example", "otto@school.example"]
    assert told("bank_propose") == told("bank_confirm") == owners
    for activity in Activity.objects.filter(verb__startswith="organisation.bank_"):
        assert NEW not in str(activity.details)


def test_the_mails_wait_for_no_digest(owner, second, alice):
    NotificationPreference.objects.choose(alice, {"organisation": "digest"})

    BankAccount.propose(by=owner, **FIELDS)

    assert Notification.objects.get(recipient=alice, activity__verb="organisation.bank_propose").delivery == "now"


def test_nobody_else_confirms_it(proposed, owner, seller, outsider, lea, school, mona, sara):
    member(sara, school)
    before = snapshot()

    for by in (owner, seller, outsider, member(lea, school), mona, None):
        with pytest.raises(PermissionDenied):
            proposed.confirm(by=by)
    assert snapshot() == before


def test_where_another_owner_is_a_signatory_is_not_enough(proposed, seller):
    type(seller).objects.filter(pk=seller.pk).update(is_signatory=True)
    seller.refresh_from_db()

    with pytest.raises(PermissionDenied):
        proposed.confirm(by=seller)


def test_with_one_owner_a_signatory_confirms_it(owner, seller, used):
    type(seller).objects.filter(pk=seller.pk).update(is_signatory=True)
    seller.refresh_from_db()
    account = BankAccount.propose(by=owner, **FIELDS)
    assert not account.timers.exists()

    account.confirm(by=seller)

    assert status_of(account) == S.ACTIVE


def test_where_there_is_nobody_it_waits_for_72_hours_and_everybody_is_told(owner, used, adam, sara, lea, school):
    account = BankAccount.propose(by=owner, **FIELDS)
    assert told("bank_wait") == ["adam@school.example", "alice@school.example", "sara@school.example"]
    waits = account.timers.get().due_at - timezone.now()
    assert timedelta(hours=71) < waits <= timedelta(hours=72)
    ring_due_timers()
    assert status_of(account) == S.PROPOSED

    account.timers.update(due_at=timezone.now() - timedelta(minutes=1))
    ring_due_timers()

    assert BankAccount.used_by(school) == account
    assert told("bank_confirm") == ["alice@school.example"]


def test_it_can_be_stopped(owner, used, adam, school):
    account = BankAccount.propose(by=owner, **FIELDS)
    account.withdraw(by=owner)

    assert (status_of(account), status_of(used)) == (S.WITHDRAWN, S.ACTIVE)
    assert not account.timers.exists()
    assert told("bank_withdraw") == ["alice@school.example"]
    with pytest.raises(InvalidTransition):
        account.take_effect(by=None)


def test_only_owners_propose_and_one_at_a_time(proposed, owner, seller, lea, school):
    before = snapshot()

    for by in (seller, member(lea, school)):
        with pytest.raises(PermissionDenied):
            BankAccount.propose(by=by, **FIELDS)
    with pytest.raises(Refusal):
        BankAccount.propose(by=owner, **FIELDS)
    assert snapshot() == before


def test_the_same_account_is_no_change(owner, second, used):
    with pytest.raises(Refusal):
        BankAccount.propose(by=owner, holder="Linden", iban=OLD, bic="")


@pytest.mark.parametrize("status", list(S))
def test_the_whole_table(proposed, owner, second, used, status):
    used.delete()
    since = timezone.now() if status in {S.ACTIVE, S.REPLACED} else None
    BankAccount.objects.filter(pk=proposed.pk).update(status=status, active_from=since)
    actors = {"second": second, "system": None, "stopper": owner}
    for verb, move in BankAccount.TRANSITIONS.items():
        before, point = snapshot(), transaction.savepoint()
        account = BankAccount.objects.get(pk=proposed.pk)
        if status in move.sources:
            getattr(account, verb)(by=actors[move.party])
            assert status_of(account) == move.target
            transaction.savepoint_rollback(point)
        else:
            with pytest.raises(InvalidTransition):
                getattr(account, verb)(by=actors[move.party])
            assert snapshot() == before


def test_the_database_knows_one_in_use_and_a_second_person(used, school, alice):
    fields = {"organisation": school, "holder": "L", "iban": NEW, "proposed_by": alice}
    wrong = (
        {"status": S.ACTIVE, "active_from": timezone.now()}, {"status": S.PROPOSED, "confirmed_by": alice},
        {"status": S.REPLACED, "active_from": timezone.now(), "confirmed_by": alice},
    )  # fmt: skip
    for more in wrong:
        with pytest.raises(IntegrityError), transaction.atomic():
            BankAccount.objects.create(**fields, **more)


def by_password(client, user):
    client.force_login(user)
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    return client


def test_on_the_page_both_steps_ask_for_the_password(signed_in, alice, second, used):
    asked = signed_in(alice).post(PROPOSE, FIELDS)
    assert asked.status_code == 302
    assert "/reauthenticate/" in asked.url
    assert BankAccount.objects.count() == 1

    client = by_password(signed_in(alice), alice)
    assert client.post(PROPOSE, FIELDS | {"iban": "de89 3704 0044 0532 0130 00"}).url == PAGE
    account = BankAccount.objects.get(status=S.PROPOSED)
    assert account.iban == NEW
    confirm = reverse("marketplace:bank_confirm", args=[account.pk])

    client = signed_in(second.user)
    assert "/reauthenticate/" in client.post(confirm).url
    assert status_of(account) == S.PROPOSED
    client = by_password(client, second.user)
    assert "DE89 3704 0044 0532 0130 00" in client.get(PAGE).text
    assert client.post(confirm).url == PAGE
    assert status_of(account) == S.ACTIVE
    assert client.post(confirm, follow=True).status_code == 200
    assert status_of(account) == S.ACTIVE


@pytest.mark.parametrize(
    ("field", "value"),
    [("iban", "DE89370400440532013001"), ("iban", "nonsense"), ("bic", "NOTABIC"), ("holder", "")],
)
def test_what_is_wrong_is_said_at_the_field_and_kept(signed_in, alice, school, field, value):
    response = signed_in(alice).post(PROPOSE, FIELDS | {field: value})

    assert response.status_code == 422
    assert set(response.context["form"].errors) == {field}
    assert value in response.text
    assert not BankAccount.objects.exists()


def test_who_sees_the_page(signed_in, alice, adam, lea, bob, company, proposed):
    assert "0130 00" in signed_in(alice).get(PAGE).text
    for person in (adam, lea):
        client = signed_in(person)
        assert client.get(PAGE).status_code == 403
        assert client.post(PROPOSE, FIELDS).status_code == 403
        assert client.post(reverse("marketplace:bank_confirm", args=[proposed.pk])).status_code == 403
    page = signed_in(bob).get(PAGE).text
    assert "DE89" not in page
    assert signed_in(bob).post(reverse("marketplace:bank_withdraw", args=[proposed.pk])).status_code == 404
    assert status_of(proposed) == S.PROPOSED

"""Invitations as the school and the asking organisation see them."""

import pytest
from django.urls import reverse

from marketplace.models import NeedInvitation
from tests.factories import make_need, make_offer

pytestmark = pytest.mark.django_db
S = NeedInvitation.Status


@pytest.fixture
def need(school, adam, buyer):
    make_offer(
        school, adam, title="Catering", category_id="CAT", delivery_modes=["at_client"], languages=["en"]
    )  # fmt: skip
    need = make_need(buyer)
    need.invite(by=None)
    return need


def page(client, need):
    return client.get(need.get_absolute_url())


def press(client, need, verb, **data):
    return client.post(reverse(f"marketplace:invitation_{verb}", args=[need.ref]), data, follow=True)


def test_a_school_reads_why_it_was_asked_and_says_so(client, need, adam):
    client.force_login(adam)
    listed = client.get(reverse("marketplace:invitation_list"))
    assert need.title in listed.text
    assert "same category, works in English" in listed.text
    assert "1 invitation to a need waits" in client.get(reverse("dashboard")).text

    assert "Your school is invited" in press(client, need, "open").text
    assert need.invitations.get().status == S.VIEWED

    answer = press(client, need, "interested")
    assert "They know that you are interested." in answer.text
    assert need.invitations.get().status == S.INTERESTED
    assert "invitation to a need waits" not in client.get(reverse("dashboard")).text
    assert need.title in client.get(reverse("marketplace:invitation_list")).text


def test_reading_the_page_changes_nothing(client, need, adam):
    client.force_login(adam)
    page(client, need)

    assert need.invitations.get().status == S.INVITED


def test_declining_asks_for_the_reason(client, need, adam):
    client.force_login(adam)

    assert "Please choose a reason." in press(client, need, "decline").text
    assert need.invitations.get().status == S.INVITED
    answer = press(client, need, "decline", why="busy")
    assert "You declined: No class is free then" in answer.text
    assert need.title not in client.get(reverse("marketplace:invitation_list")).text
    assert need.title in client.get(reverse("marketplace:invitation_list"), {"past": ""}).text


def test_the_organisation_sees_whom_it_asked(client, need, bob, school):
    client.force_login(bob)

    shown = page(client, need).text
    assert "1 school is invited." in shown
    assert "same category, works in English" in shown
    assert "Up to 10 more are invited on" in shown


def test_what_is_suggested_leads_to_the_service(client, need, bob, offer):
    need.suggest(by=None)
    client.force_login(bob)

    shown = page(client, need).text
    assert "Schools you could ask directly" in shown
    assert NeedInvitation.objects.get().offer.get_absolute_url() in shown


def test_others_do_not_see_who_was_asked(client, need, charlie, school):
    assert school.name not in page(client, need).text
    client.force_login(charlie)
    assert school.name not in page(client, need).text


def test_a_school_that_was_not_invited_finds_nothing(client, need, alice, buyer, charlie):
    other = make_need(buyer, title="Another")
    client.force_login(alice)
    for verb in ("open", "interested", "decline"):
        assert press(client, other, verb).status_code == 404
    client.force_login(charlie)
    for verb in ("open", "interested", "decline"):
        assert press(client, need, verb).status_code == 404
    assert need.invitations.get().status == S.INVITED


def test_an_ended_need_takes_no_answer(client, need, adam):
    need.close(by=None)
    client.force_login(adam)

    assert "This cannot be done any more" in press(client, need, "interested").text
    assert "We are interested" not in page(client, need).text
    assert need.title in client.get(reverse("marketplace:invitation_list"), {"past": ""}).text


def test_the_list_costs_the_same_at_1_and_4(client, need, adam, buyer, django_assert_max_num_queries):
    client.force_login(adam)
    client.get(reverse("marketplace:invitation_list"))
    with django_assert_max_num_queries(20) as one:
        client.get(reverse("marketplace:invitation_list"))
    for number in range(3):
        make_need(buyer, title=f"Need {number}").invite(by=None)
    with django_assert_max_num_queries(20) as four:
        listed = client.get(reverse("marketplace:invitation_list"))

    assert listed.text.count("same category") == 4
    assert len(one) == len(four)


def test_a_moderator_sees_who_was_asked_and_why(client, need, mona, school):
    client.force_login(mona)
    shown = client.get(reverse("admin:marketplace_need_change", args=[need.pk])).text

    assert f"{school.name}: Invited (18 points: same category, works in English, new here)" in shown

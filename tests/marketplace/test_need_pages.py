"""The pages of a need: asking without an account, reading, answering, comparing and choosing."""

from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from marketplace.models import Category, Need, Order
from tests.factories import LINE, make_need, make_user, member
from tests.marketplace.test_needs import answer
from tests.marketplace.test_order_files import PDF

STEPS = {
    "what": {"text": "Coffee and cake for 40 guests.", "title": "Catering for our open day", "category": "CAT"},
    "when": {"place_mode": "at_client", "country": "LV", "place": "Liepu iela 2", "starts_on": "", "ends_on": ""},
    "budget": {"budget": "250-500"},
    "answers": {"languages": ["en", "lv"], "answer_days": "14"},
}
QUOTE = {
    "lines-TOTAL_FORMS": "1", "lines-INITIAL_FORMS": "0", "lines-0-description": "Coffee and cake",
    "lines-0-quantity": "40", "lines-0-unit": "guest", "lines-0-unit_price": "6,50", "lines-0-vat_rate": "21",
    "rounds_of_changes": "1", "valid_until": "2099-12-31", "deliverables": "All cups", "message": "With pleasure.",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _own_media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def url(name, *args):
    return reverse(f"marketplace:{name}", args=args)


def go_through(client, **changed):
    for step, words in STEPS.items():
        response = client.post(url("need_step", step), words | changed.get(step, {}))
    return response


# --- Asking ---
def test_a_stranger_answers_all_and_sends_after_signing_in(client, bob, company):
    client.get(url("need_new"))
    last = go_through(client)
    assert last.url == url("need_check")
    check = client.get(url("need_check")).text
    assert all(
        words in check for words in ("Catering for our open day", "€250 to €500", "English, Latvian", "At our place")
    )
    assert f"?next={url('need_check')}" in check
    assert client.post(url("need_check"), {"send": "yes"}).status_code == 403
    assert not Need.objects.exists()

    client.force_login(bob)
    file = SimpleUploadedFile("plan.pdf", PDF, content_type="application/pdf")
    sent = client.post(url("need_check"), {"send": "yes", "files": [file]}, follow=True)

    need = Need.objects.get()
    assert "Sent. Schools can read it now" in sent.text
    assert (need.status, need.organisation, need.contact, need.category_id) == ("open", company, bob, "CAT")
    assert (need.languages, need.budget, need.files.get().name) == (["en", "lv"], "250-500", "plan.pdf")
    assert client.get(url("need_check")).status_code == 302


def test_who_has_no_organisation_is_led_to_register_one(client, db):
    client.force_login(make_user("Nora New"))
    client.get(url("need_new"))
    go_through(client)

    assert f"{reverse('accounts:organisation_new')}?next={url('need_check')}" in client.get(url("need_check")).text


def test_a_search_without_results_begins_it(client, offer):
    page = client.get("/offers/?q=qzxqzx").text
    assert f"{url('need_new')}?q=qzxqzx" in page

    first = client.get(f"{url('need_new')}?q=web+page&category=WEB", follow=True).text

    assert 'value="web page"' in first
    assert '<option value="WEB" selected>' in first


def test_the_words_tell_the_category(client, offer):
    client.post(url("need_step", "what"), {"text": "Five pages.", "title": "A website for our shop", "category": ""})

    assert '<option value="WEB" selected>' in client.get(url("need_step", "what")).text


@pytest.mark.parametrize(
    ("step", "wrong", "said"),
    [
        ("what", {"text": " "}, "Say what you need."),
        ("what", {"title": "Qzx", "text": "Qzx", "category": ""}, "Choose a category."),
        ("when", {"place": ""}, "Write the address."),
        ("when", {"starts_on": "2020-01-01"}, "Choose a day in the future."),
        ("when", {"starts_on": "2098-02-01", "ends_on": "2098-01-01"}, "It ends after it starts."),
        ("budget", {"budget": "lots"}, "Select a valid choice"),
        ("answers", {"languages": []}, "Choose at least one language."),
        ("answers", {"answer_days": "999"}, "Select a valid choice"),
    ],
)
def test_bad_answers_say_why_and_go_no_further(step, wrong, said, client, db):
    response = client.post(url("need_step", step), STEPS[step] | wrong)

    assert response.status_code == 422
    assert said in response.text


def test_nobody_checks_what_is_not_answered(client, db):
    client.post(url("need_step", "what"), STEPS["what"])

    assert client.get(url("need_check")).url == url("need_step", "when")
    assert client.get(url("need_step", "nothing")).status_code == 404


def test_a_draft_is_kept_changed_and_sent_later(signed_in, bob, company):
    client = signed_in(bob)
    go_through(client)
    client.post(url("need_check"), {})
    need = Need.objects.get()
    assert need.status == "draft"

    client.get(url("need_edit", need.ref))
    assert 'value="Catering for our open day"' in client.get(url("need_step", "what")).text
    client.post(url("need_step", "what"), STEPS["what"] | {"title": "Catering in May"})
    client.post(url("need_check"), {"send": "yes"})

    need.refresh_from_db()
    assert (Need.objects.count(), need.status, need.title) == (1, "open", "Catering in May")


def test_learners_send_none(signed_in, lea):
    client = signed_in(lea)
    go_through(client)

    assert client.post(url("need_check"), {"send": "yes"}).status_code == 404
    assert not Need.objects.exists()


# --- Reading ---
SECRET = "Coffee and cake for 40 guests in May."


def test_strangers_and_other_companies_read_the_title_alone(client, signed_in, buyer, charlie, lea):
    need = make_need(buyer)
    for page in (
        client.get(need.get_absolute_url()),
        *(signed_in(u).get(need.get_absolute_url()) for u in (charlie, lea)),
    ):
        assert page.status_code == 200
        assert need.title in page.text
        assert SECRET not in page.text
        assert "Birch Bakery" not in page.text
        assert "Liepu iela" not in page.text


def test_a_verified_school_reads_everything(signed_in, buyer, adam, school):
    need = make_need(buyer)
    assert SECRET in signed_in(adam).get(need.get_absolute_url()).text

    type(school).objects.filter(pk=school.pk).update(status="pending")
    assert SECRET not in signed_in(adam).get(need.get_absolute_url()).text


def test_drafts_are_their_organisations_alone(client, signed_in, buyer, bob, adam):
    need = make_need(buyer, "draft")

    assert signed_in(bob).get(need.get_absolute_url()).status_code == 200
    assert signed_in(adam).get(need.get_absolute_url()).status_code == 404
    assert need.title not in client.get(url("need_list")).text


def test_the_list_shows_what_is_open_by_words_and_category(client, signed_in, buyer, adam):
    need, other = make_need(buyer), make_need(buyer, title="A new web site", category_id="WEB")
    make_need(buyer, "closed", title="Too late")

    everything = client.get(url("need_list")).text
    assert need.title in everything
    assert "Too late" not in everything
    web = client.get(url("need_list") + "?category=WEB").text
    assert (other.title in web, need.title in web) == (True, False)
    assert need.title not in client.get(url("need_list") + "?q=guests").text
    assert need.title in signed_in(adam).get(url("need_list") + "?q=guests").text


def test_files_are_the_readers_alone(signed_in, client, buyer, bob, adam, charlie):
    go_through(signed_in(bob))
    file = SimpleUploadedFile("plan.pdf", PDF, content_type="application/pdf")
    signed_in(bob).post(url("need_check"), {"send": "yes", "files": [file]})
    need = Need.objects.get()
    address = url("need_file", need.ref, need.files.get().ref)

    assert b"".join(signed_in(adam).get(address).streaming_content) == PDF
    assert signed_in(charlie).get(address).status_code == 404


# --- Answering and choosing ---
def test_a_school_sends_a_quote_and_the_company_chooses(signed_in, buyer, bob, adam, offer, other_offer):
    need = make_need(buyer)
    answer(need, other_offer, "300.00")
    shown = signed_in(adam).get(need.get_absolute_url()).text
    assert url("need_answer", need.ref) in shown
    sent = signed_in(adam).post(url("need_answer", need.ref), QUOTE | {"offer": offer.pk})
    order = Order.objects.get(seller=offer.school)
    assert sent.url == order.get_absolute_url()
    assert order.latest_quote.gross == Decimal("314.60")

    page = signed_in(bob).get(need.get_absolute_url()).text
    assert page.index("Oak Training Centre") < page.index("Linden Vocational School")
    assert "€314.60" in page
    signed_in(bob).post(reverse("marketplace:order_accept", args=[order.ref]), {"version": 1})

    need.refresh_from_db()
    assert need.status == "awarded"
    assert "Not chosen" in signed_in(bob).get(need.get_absolute_url()).text or need.orders.filter(status="rejected")


def test_a_quote_that_is_wrong_says_why_and_is_kept(signed_in, buyer, adam, offer):
    need = make_need(buyer)

    nothing = signed_in(adam).post(
        url("need_answer", need.ref), QUOTE | {"offer": offer.pk, "lines-0-unit_price": "-1"}
    )
    foreign = signed_in(adam).post(url("need_answer", need.ref), QUOTE | {"offer": "0"})
    more = signed_in(adam).post(url("need_answer", need.ref), QUOTE | {"offer": offer.pk, "add": "yes"})

    assert (nothing.status_code, foreign.status_code, more.status_code) == (422, 422, 200)
    assert "With pleasure." in nothing.text
    assert "lines-1-description" in more.text
    assert not Order.objects.exists()


def test_a_school_without_services_is_told_so(signed_in, buyer, adam):
    need = make_need(buyer)

    assert "Publish a service first" in signed_in(adam).get(url("need_answer", need.ref)).text


def test_companies_answer_nothing(signed_in, buyer, charlie):
    assert signed_in(charlie).get(url("need_answer", make_need(buyer).ref)).status_code == 403


def test_withdrawing_and_opening_once_more(signed_in, buyer, bob, charlie):
    need = make_need(buyer, "closed")
    for verb in ("extend", "withdraw", "submit"):
        assert signed_in(charlie).post(url(f"need_{verb}", need.ref)).status_code == 404
    assert "Open again" in signed_in(bob).post(url("need_extend", need.ref), follow=True).text
    assert "Withdrawn." in signed_in(bob).post(url("need_withdraw", need.ref), follow=True).text
    assert "cannot be done any more" in signed_in(bob).post(url("need_withdraw", need.ref), follow=True).text


@pytest.mark.parametrize("name", ["need_list", "need_mine"])
def test_lists_ask_as_much_for_three_as_for_one(name, signed_in, buyer, bob, django_assert_num_queries):
    make_need(buyer)
    client = signed_in(bob)
    client.get(url(name))
    with CaptureQueriesContext(connection) as first:
        client.get(url(name))
    make_need(buyer)
    make_need(buyer)

    with django_assert_num_queries(len(first)):
        client.get(url(name))


def test_comparing_asks_as_much_for_two_quotes_as_for_one(
    signed_in,
    buyer,
    bob,
    offer,
    other_offer,
    django_assert_num_queries,
):
    need = make_need(buyer)
    answer(need, offer)
    client = signed_in(bob)
    client.get(need.get_absolute_url())
    with CaptureQueriesContext(connection) as first:
        client.get(need.get_absolute_url())
    answer(need, other_offer)

    with django_assert_num_queries(len(first)):
        client.get(need.get_absolute_url())


# --- The desk ---
def test_a_moderator_opens_a_need_from_the_queue(signed_in, mona, charlie):
    company = charlie.memberships.get().organisation
    type(company).objects.update(status="pending")
    by = member(charlie, type(company).objects.get())
    need = make_need(by)
    desk = signed_in(mona)

    assert need.title in desk.get(reverse("admin:marketplace_need_queue")).text
    assert SECRET in desk.get(reverse("admin:marketplace_need_change", args=[need.pk])).text
    desk.post(reverse("admin:marketplace_need_decide", args=[need.pk, "approve"]), {"reason": ""})

    need.refresh_from_db()
    assert need.status == "open"


def test_a_reported_need_is_taken_down_with_its_reasons(signed_in, mona, buyer, bob, adam, offer):
    need = make_need(buyer)
    order = answer(need, offer)
    assert signed_in(adam).get(reverse("accounts:report_new", args=["need", need.ref])).status_code == 200
    words = {"rule": "need_contact", "reason": "A telephone number.", "scope": "one", "duration": "corrected"}

    signed_in(mona).post(reverse("admin:marketplace_need_decide", args=[need.pk, "take_down"]), words)

    need.refresh_from_db()
    order.refresh_from_db()
    assert (need.status, order.status) == ("withdrawn", "rejected")
    assert need.activities.last().details["rule"] == "need_contact"


def test_a_school_reads_what_changed_and_confirms(client, signed_in, bob, adam, buyer, offer, charlie):
    need = make_need(buyer)
    order = need.answer(offer, [LINE], by=member(adam, offer.school))
    need.change(by=buyer, text="Coffee for 80 guests.", starts_on=None, languages=["en", "lv"])
    client.force_login(bob)
    shown = client.get(need.get_absolute_url()).text
    assert "For the earlier text: the school is asked to confirm" in shown
    assert "Choose for" not in shown
    assert url("order_accept", order.ref) not in client.get(order.get_absolute_url()).text

    client.force_login(adam)
    shown = client.get(need.get_absolute_url()).text
    assert "Coffee and cake for 40 guests in May." in shown
    assert "English, Latvian" in shown
    assert "Your quote holds for the new text." in client.post(url("need_confirm", need.ref), follow=True).text
    assert client.post(url("need_confirm", need.ref)).status_code == 404

    client.force_login(bob)
    assert "Choose for" in client.get(need.get_absolute_url()).text
    client.force_login(charlie)
    assert "40 guests" not in client.get(need.get_absolute_url()).text


# --- The list, narrowed ---
@pytest.fixture
def shelf(buyer):
    """Needs that differ in one thing each from the first."""
    make_need(buyer, title="First", budget="250-500", answer_days=7)
    make_need(buyer, title="Abroad", country="LT")
    make_need(buyer, title="Online", place_mode="remote")
    make_need(buyer, title="Latvian", languages=["lv"])
    make_need(buyer, title="Coffee and tea", text="Nothing else.", category=Category.objects.get(pk="WEB"))


TITLES = {"First", "Abroad", "Online", "Latvian", "Coffee and tea"}


def titles(client, **asked):
    shown = client.get(url("need_list"), asked).text
    return {title for title in TITLES if f">{title}</a>" in shown}


@pytest.mark.parametrize(
    ("asked", "left"),
    [
        ({}, TITLES), ({"country": "LT"}, {"Abroad"}), ({"where": "remote"}, {"Online"}),
        ({"language": "lv"}, {"Latvian"}), ({"budget": "250-500"}, {"First"}),
        ({"category": "WEB"}, {"Coffee and tea"}), ({"q": "tea coffee"}, {"Coffee and tea"}),
        ({"q": "guests cake", "country": "LT"}, {"Abroad"}),
        ({"where": "nowhere", "country": "XX", "page": "x"}, TITLES), ({"q": "qzx"}, set()),
    ],
)  # fmt: skip
def test_a_school_narrows_the_list(client, adam, shelf, asked, left):
    client.force_login(adam)

    assert titles(client, **asked) == left


def test_strangers_narrow_by_what_they_may_read(client, shelf):
    assert titles(client, country="LT") == {"Abroad"}
    assert titles(client, q="coffee") == {"Coffee and tea"}
    for asked in ({"where": "remote"}, {"language": "lv"}, {"budget": "250-500"}):
        assert titles(client, **asked) == TITLES
    assert 'name="budget"' not in client.get(url("need_list")).text


def test_the_next_deadline_stands_first_or_the_newest(client, adam, shelf):
    client.force_login(adam)
    by_deadline, newest = (client.get(url("need_list"), asked).text for asked in ({}, {"sort": "new"}))

    assert by_deadline.index(">First</a>") < by_deadline.index(">Abroad</a>")
    assert newest.index(">Coffee and tea</a>") < newest.index(">First</a>")

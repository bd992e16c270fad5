"""The pages of an order through the client: who sees what, what a form keeps, what a second click does."""

import uuid
from datetime import timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from django.core.cache import caches
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from accounts.models import Activity, Report
from marketplace.models import Category, Offer, Order, OrderFile, Window
from marketplace.views.orders_actions import ACTIONS
from tests.factories import (
    LINE,
    PATHS,
    make_member,
    make_offer,
    make_order,
    make_organisation,
    make_user,
    make_window,
)


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def url(name, *args):
    return reverse(f"marketplace:order_{name}", args=args)


def picture(name="plan.png"):
    content = BytesIO()
    Image.new("RGB", (20, 10), "teal").save(content, "PNG")
    return SimpleUploadedFile(name, content.getvalue(), "image/png")


def request_form(**fields):
    return {"brief": "A website for our bakery.", "place_mode": "remote", "request_key": str(uuid.uuid4())} | fields


def text_of(response):
    return " ".join(response.content.decode().split())


# --- Who sees what ---
@pytest.mark.parametrize("status", PATHS)
def test_both_sides_see_the_order_and_nobody_else(status, offer, buyer, bob, adam, alice, lea, charlie, mona):
    order = make_order(offer, buyer, status)
    discarded = status == "draft"
    expected = {
        bob: 200,
        adam: 404 if discarded else 200,
        alice: 404 if discarded else 200,
        lea: 404,
        charlie: 404,
        mona: 404,
    }

    for user, code in expected.items():
        client = Client()
        client.force_login(user)
        assert client.get(order.get_absolute_url()).status_code == code


def test_a_foreign_order_looks_like_a_missing_one(offer, buyer, charlie, signed_in):
    order = make_order(offer, buyer, "requested")
    client = signed_in(charlie)

    foreign, missing = client.get(order.get_absolute_url()), client.get(url("detail", "2" * 14))

    assert foreign.status_code == missing.status_code == 404
    assert text_of(foreign).replace(order.ref, "") == text_of(missing).replace("2" * 14, "")


def acts_for(client, organisation):
    client.post(reverse("accounts:organisation_switch"), {"organisation": organisation.slug})


@pytest.mark.parametrize("side", ["buyer", "seller"])
def test_a_mail_link_to_another_of_ones_organisations_asks_to_switch(side, offer, buyer, company, school, signed_in):
    order = make_order(offer, buyer, "quoted")
    nora = make_user("Nora Nettle")
    other = make_organisation(nora, name="Nettle Dyers")
    mine = {"buyer": company, "seller": school}[side]
    make_member(nora, mine)
    client = signed_in(nora)
    acts_for(client, other)
    link = f"{order.get_absolute_url()}?from=mail"

    asked = client.get(link)
    assert asked.status_code == 200
    assert f"You are acting for Nettle Dyers. This belongs to {mine.name}." in text_of(asked)
    assert "thread" not in asked.text
    assert client.get(order.get_absolute_url()).context["organisation"] == mine  # looking has switched nothing
    hidden = {"organisation": mine.slug, "next": link}
    assert all(f'name="{name}" value="{value}"' in asked.text for name, value in hidden.items())

    answer = client.post(reverse("accounts:organisation_switch"), hidden, follow=True)

    assert answer.redirect_chain == [(link, 302)]
    assert answer.context["side"] == side


def test_learners_and_drafts_of_the_buyer_stay_missing_from_elsewhere(offer, buyer, company, school, signed_in):
    nora = make_user("Nora Nettle")
    other = make_organisation(nora, name="Nettle Dyers")
    make_member(nora, company, role="learner")
    make_member(nora, school)
    client = signed_in(nora)
    acts_for(client, other)
    draft, sent = make_order(offer, buyer, "draft"), make_order(offer, buyer, "requested")

    assert client.get(draft.get_absolute_url()).status_code == 404
    assert client.get(sent.get_absolute_url()).context["organisation"] == school
    school.memberships.get(user=nora).delete()
    assert client.get(sent.get_absolute_url()).status_code == 404
    assert client.post(url("write", sent.ref), {"text": "Hello."}).status_code == 404


@pytest.mark.parametrize("verb", ACTIONS)
def test_verbs_of_a_foreign_order_are_missing(verb, offer, buyer, charlie, lea, signed_in):
    order = make_order(offer, buyer, "quoted")
    for user in (charlie, lea):
        client = signed_in(user)
        before = Activity.objects.count()

        assert client.post(url(verb, order.ref), {"reason": "x", "text": "x", "version": 1}).status_code == 404
        assert client.get(url(verb, order.ref)).status_code == 405
        assert Activity.objects.count() == before


@pytest.mark.parametrize("verb", ["accept", "counter", "reject"])
def test_the_wrong_side_is_denied(verb, offer, buyer, adam, signed_in):
    order = make_order(offer, buyer, "quoted")

    answer = signed_in(adam).post(url(verb, order.ref), {"reason": "x", "text": "x", "version": 1})

    assert answer.status_code == 403
    order.refresh_from_db()
    assert order.status == "quoted"


def test_anonymous_people_sign_in_first_and_come_back(offer, client):
    asked = f"{url('new', offer.slug)}?quantity=3"

    answer = client.get(asked)

    assert answer.status_code == 302
    assert answer["Location"] == f"{reverse('account_login')}?next=/offers/{offer.slug}/request/%3Fquantity%3D3"


def test_people_without_an_organisation_register_one_first(offer, signed_in):
    answer = signed_in(make_user()).get(url("new", offer.slug))

    assert answer["Location"] == f"{reverse('accounts:organisation_new')}?next=%2Foffers%2F{offer.slug}%2Frequest%2F"


def test_the_own_school_and_learners_cannot_request(offer, adam, lea, signed_in):
    assert signed_in(adam).get(url("new", offer.slug))["Location"] == offer.get_absolute_url()
    assert signed_in(lea).get(url("new", offer.slug)).status_code == 404
    assert Order.objects.count() == 0


@pytest.mark.parametrize("status", ["draft", "in_review", "paused", "suspended", "archived"])
def test_offers_that_are_not_public_cannot_be_requested(status, school, adam, bob, company, signed_in):
    offer = make_offer(school, adam, status=status)

    assert signed_in(bob).get(url("new", offer.slug)).status_code == 404
    assert signed_in(bob).post(url("new", offer.slug), request_form()).status_code == 404


# --- Requesting ---
def test_request_from_the_offer_to_the_school(offer, bob, buyer, signed_in):
    window = make_window(offer)
    client = signed_in(bob)
    form = client.get(url("new", offer.slug), {"window": window.pk})
    assert f'name="window" value="{window.pk}" id="id_window_1" checked>' in text_of(form)

    saved = client.post(url("new", offer.slug), request_form(window=window.pk, files=[picture()]), follow=True)

    order = Order.objects.get()
    assert saved.redirect_chain == [(order.get_absolute_url(), 302)]
    assert (order.status, order.window, order.brief) == ("draft", window, "A website for our bakery.")
    assert "plan.png" in text_of(saved)
    assert "€180.00" in text_of(saved)

    sent = client.post(url("request", order.ref))

    order.refresh_from_db()
    assert sent["Location"] == order.get_absolute_url()
    assert order.status == "requested"
    assert order.activities.last().details["files"][0]["name"] == "plan.png"


def test_what_was_typed_and_sent_stays_when_something_is_wrong(school, adam, bob, buyer, signed_in):
    offer = make_offer(school, adam, price_model="PP", min_quantity=5, max_quantity=30, unit="guest")
    client = signed_in(bob)

    answer = client.post(
        url("new", offer.slug), request_form(quantity=3, files=[picture(), SimpleUploadedFile("a.exe", b"MZ")])
    )
    assert answer.status_code == 422
    again = client.post(url("new", offer.slug), request_form(quantity=31, files=[picture()]))

    page = text_of(again)
    order = Order.objects.order_by("pk").last()
    assert again.status_code == 422
    assert "A website for our bakery." in page
    assert 'value="31"' in page
    assert "Remove plan.png" in page
    assert f'action="{url("edit", order.ref)}"' in page
    assert "<title>Error: " in page
    assert order.status == "draft"


def test_a_term_that_breaks_is_told_at_its_field(offer, bob, buyer, signed_in):
    tomorrow = timezone.localdate() + timedelta(days=1)

    answer = signed_in(bob).post(url("new", offer.slug), request_form(wished_on=tomorrow.isoformat()))

    assert answer.status_code == 422
    assert "The school needs 5 days" in text_of(answer)
    assert Order.objects.get().wished_on == tomorrow


def test_a_draft_is_changed_and_its_file_removed(offer, bob, buyer, signed_in, django_capture_on_commit_callbacks):
    client = signed_in(bob)
    client.post(url("new", offer.slug), request_form(files=[picture()]))
    order = Order.objects.get()
    file = order.files.get()

    with django_capture_on_commit_callbacks(execute=True):
        client.post(url("edit", order.ref), request_form(brief="Another text.", drop=file.ref))

    order.refresh_from_db()
    assert order.brief == "Another text."
    assert not order.files.exists()
    assert not file.file.storage.exists(file.file.name)


def test_the_same_form_sent_again_changes_the_one_draft(offer, bob, buyer, signed_in):
    client, key = signed_in(bob), str(uuid.uuid4())

    for brief in ("First.", "Second."):
        client.post(url("new", offer.slug), request_form(brief=brief, request_key=key))

    assert Order.objects.get().brief == "Second."


def test_a_sent_request_is_not_changed_by_the_back_button(offer, bob, buyer, signed_in):
    client, key = signed_in(bob), str(uuid.uuid4())
    client.post(url("new", offer.slug), request_form(request_key=key))
    order = Order.objects.get()
    client.post(url("request", order.ref))

    for answer in (
        client.post(url("new", offer.slug), request_form(brief="Late.", request_key=key)),
        client.post(url("edit", order.ref), request_form(brief="Late.")),
    ):
        assert answer["Location"] == order.get_absolute_url()

    order.refresh_from_db()
    assert order.brief == "A website for our bakery."


def test_unverified_organisations_draft_but_do_not_send(offer, signed_in):
    owner = make_user()
    make_organisation(owner, status="pending", name="New Ltd")
    client = signed_in(owner)
    client.post(url("new", offer.slug), request_form())
    order = Order.objects.get()

    page = text_of(client.get(order.get_absolute_url()))

    assert "New Ltd is not verified yet" in page
    assert "Send the request" not in page
    assert client.post(url("request", order.ref)).status_code == 403


def test_fields_that_are_not_in_the_form_change_nothing(offer, bob, buyer, charlie, signed_in):
    extra = {
        "status": "completed", "net": "1.00", "gross": "1.00", "currency": "PLN", "buyer": charlie.pk, "seller": 1,
        "title": "Hacked", "contact": charlie.pk, "trainer": bob.pk, "is_instant": "on", "rounds_of_changes": 99,
    }  # fmt: skip

    signed_in(bob).post(url("new", offer.slug), request_form(**extra))

    order = Order.objects.get()
    assert (order.status, order.net, order.currency, order.title) == ("draft", None, "EUR", offer.title)
    assert (order.buyer, order.seller, order.contact) == (buyer.organisation, offer.school, bob)
    assert (order.is_instant, order.rounds_of_changes) == (False, offer.rounds_of_changes)


NONSENSE = [
    "",
    "abc",
    "-1",
    "0",
    "1e30",
    "9" * 40,
    "NaN",
    "²",
    "\x00",
    "\ud800".encode("utf-16", "surrogatepass"),
    "<script>",
]


@pytest.mark.parametrize("value", NONSENSE)
def test_nonsense_is_refused_without_a_crash(value, school, adam, bob, buyer, signed_in):
    offer = make_offer(school, adam, price_model="PP", min_quantity=5, unit="guest", is_instant=True)
    make_window(offer)
    client = signed_in(bob)
    names = ("quantity", "window", "wished_on", "place_mode", "request_key", "drop", "package", "seen")

    for name in names:
        for target in (url("new", offer.slug), url("book", offer.slug)):
            assert client.post(target, request_form(quantity=6) | {name: value}).status_code < 500
        if isinstance(value, str) and "\x00" not in value:
            assert client.get(url("new", offer.slug), {name: value}).status_code < 500
            assert client.get(url("price", offer.slug), {name: value}).status_code < 500
    assert Order.objects.exclude(status="draft").count() == 0
    for after in (value, f"2026-13-45T00:00:00+00:00_{value}", f"2026-01-01T00:00:00+00:00_{value}"):
        if isinstance(after, str) and "\x00" not in after:
            assert client.get(url("list"), {"after": after, "side": after, "state": after}).status_code == 200


# --- Instant booking ---
@pytest.fixture
def instant(school, adam):
    return make_offer(
        school, adam, price_model="PP", price=Decimal("6.50"), vat_rate=Decimal(21), vat_exemption="", unit="guest",
        min_quantity=20, max_quantity=120, is_instant=True,
    )  # fmt: skip


def test_booking_in_one_step(instant, bob, buyer, signed_in):
    window = make_window(instant, capacity=1)
    client = signed_in(bob)
    page = text_of(client.get(url("new", instant.slug), {"quantity": 40, "window": window.pk}))
    assert "€314.60" in page
    assert "€260.00 and €54.60 VAT" in page

    form = request_form(quantity=40, window=window.pk, seen="314.60")
    answers = [client.post(url("book", instant.slug), form) for _click in range(3)]

    order = Order.objects.get()
    assert [answer["Location"] for answer in answers] == [order.get_absolute_url()] * 3
    assert (order.status, order.net, order.vat, order.gross) == (
        "scheduled",
        Decimal(260),
        Decimal("54.60"),
        Decimal("314.60"),
    )
    assert Window.objects.get().taken == 1
    assert Activity.objects.filter(verb="order.book").count() == 1


@pytest.mark.parametrize("seen", ["", "1.00", "157.30", "NaN"])
def test_a_price_that_was_not_seen_is_shown_first(seen, instant, bob, buyer, signed_in):
    window = make_window(instant)

    answer = signed_in(bob).post(url("book", instant.slug), request_form(quantity=40, window=window.pk, seen=seen))

    assert answer.status_code == 200
    assert "Your choice changes the price" in text_of(answer)
    assert 'name="seen" value="314.60"' in text_of(answer)
    assert Order.objects.count() == 0


def test_the_price_follows_the_quantity(instant, bob, buyer, signed_in):
    make_window(instant)
    client = signed_in(bob)

    assert "€157.30" in text_of(client.get(url("price", instant.slug), {"quantity": 20}))
    updated = client.post(
        url("book", instant.slug), request_form(quantity=100, window=Window.objects.get().pk, update="yes")
    )
    assert "€786.50" in text_of(updated)
    assert Order.objects.count() == 0


def test_a_full_window_is_refused_at_its_field(instant, bob, buyer, signed_in):
    window = make_window(instant, capacity=1)
    other = make_window(instant, in_days=60)
    client = signed_in(bob)
    window.take()

    answer = client.post(url("book", instant.slug), request_form(quantity=20, window=window.pk, seen="157.30"))

    assert answer.status_code == 422
    assert 'href="#id_window' in text_of(answer)
    assert Order.objects.count() == 0
    assert other.left == 2


def test_an_instant_offer_can_be_requested_too(instant, bob, buyer, signed_in):
    make_window(instant)

    assert "Check your answers" in text_of(signed_in(bob).get(url("new", instant.slug), {"request": "yes"}))


# --- The order page ---
NEXT = {
    ("requested", "adam"): "Write the quote",
    ("countered", "adam"): "Write a new quote",
    ("quoted", "bob"): "Accept for €200",
    ("scheduled", "adam"): "Start the work",
    ("in_progress", "adam"): "Check and deliver",
    ("delivered", "bob"): "Accept the delivery",
    ("changes_requested", "adam"): "Take up the changes",
    ("agreement_pending", "bob"): "Read and sign",
    ("agreement_pending", "adam"): "Choose the team",
    ("completed", "bob"): "Write a review",
    ("completed", "adam"): "Write a review",
}


@pytest.mark.parametrize("status", [status for status in PATHS if status != "draft"])
@pytest.mark.parametrize("who", ["bob", "adam"])
def test_one_filled_button_for_the_one_whose_turn_it_is(status, who, offer, buyer, bob, adam, signed_in):
    order = make_order(offer, buyer, status)
    user = {"bob": bob, "adam": adam}[who]

    page = text_of(signed_in(user).get(order.get_absolute_url()))

    main = page[page.index("<main") : page.index("</main>")]
    expected = NEXT.get((status, who))
    assert main.count("btn-primary") == (1 if expected else 0)
    assert expected is None or expected in main
    assert ("Your turn" in main) == bool(expected)


@pytest.mark.parametrize("status", [status for status in PATHS if status != "draft"])
def test_a_lost_order_shows_its_buyer_similar_services(status, offer, buyer, bob, adam, school, signed_in):
    caches["local"].clear()
    order = make_order(offer, buyer, status)
    abroad = make_organisation(make_user(), kind="school", country="PT", town="Porto")
    for number in range(3):
        make_offer(abroad, abroad.memberships.get().user, title=f"Website from Porto {number}")
    make_offer(school, adam, title="Web shop nearby")
    make_offer(school, adam, title="Not yet published", status="draft")
    make_offer(school, adam, title="Of another kind", category=Category.objects.get(pk="CAT"))

    shown = [signed_in(user).get(order.get_absolute_url()).context["similar"] for user in (bob, adam)]

    titles = [card["title"] for card in shown[0]]
    lost = status in {"declined", "withdrawn", "rejected", "expired", "cancelled"}
    assert titles == (["Web shop nearby", "Website from Porto 2", "Website from Porto 1"] if lost else [])
    assert shown[1] == []


@pytest.mark.parametrize("who", ["bob", "adam"])
def test_either_side_reports_the_order_in_two_clicks(who, offer, buyer, bob, adam, signed_in):
    order = make_order(offer, buyer, "quoted")
    client = signed_in({"bob": bob, "adam": adam}[who])
    report = reverse("accounts:report_new", args=["order", order.ref])

    assert f'href="{report}"' in client.get(order.get_absolute_url()).text
    answer = client.post(report, {"ground": "other", "text": "They ask for the phone number of a student."})

    assert answer.status_code == 302
    assert Report.objects.open().get().subject == order


def test_question_and_answer_on_the_page(offer, buyer, bob, adam, signed_in):
    order = make_order(offer, buyer, "requested")
    signed_in(adam).post(url("ask", order.ref), {"text": "Which colour?"})

    page = text_of(signed_in(bob).get(order.get_absolute_url()))
    assert "The school asks you something" in page
    assert "Which colour?" in page
    signed_in(bob).post(url("answer", order.ref), {"text": "Blue."})

    assert "Blue." in text_of(signed_in(adam).get(order.get_absolute_url()))


def test_versions_are_compared(offer, buyer, seller, bob, signed_in):
    order = make_order(offer, buyer, "requested")
    kept, gone = LINE | {"description": "Kept"}, LINE | {"description": "Gone"}
    order.quote([kept, gone], by=seller, deliverables="Five pages")
    order.counter("Without the second line.", by=buyer, wished_price=Decimal(150), wished_on=timezone.localdate())
    order.quote(
        [kept | {"unit_price": Decimal("150.00")}, LINE | {"description": "Added"}], by=seller, deliverables="Six pages"
    )

    page = text_of(signed_in(bob).get(order.get_absolute_url()))

    assert "Net price in mind: €150" in page
    assert 'Kept <span class="badge-t mari">Changed</span>' in page
    assert "<del>€200.00</del>" in page
    assert 'Added <span class="badge-t mari">New</span>' in page
    assert "<del>Gone</del>" in page
    assert "before: €400.00" in page
    assert 'What you deliver <span class="badge-t mari">Changed</span>' in page


def test_accepting_a_replaced_version_shows_the_newer_one(offer, buyer, seller, bob, signed_in):
    order = make_order(offer, buyer, "countered")
    order.quote([LINE], by=seller)

    answer = signed_in(bob).post(url("accept", order.ref), {"version": 1})

    assert answer.status_code == 422
    assert "The school has sent a newer quote" in text_of(answer)
    assert Order.objects.get().status == "quoted"


def test_a_move_that_came_too_late_says_so(offer, buyer, bob, signed_in, caplog):
    order = make_order(offer, buyer, "withdrawn")

    answer = signed_in(bob).post(url("accept", order.ref), {"version": 1})

    assert answer.status_code == 409
    assert "it is now “Withdrawn”" in text_of(answer)
    assert f"refused accept of order {order.ref}" in caplog.text


def test_an_empty_reason_is_asked_for_with_the_form_open(offer, buyer, adam, signed_in):
    order = make_order(offer, buyer, "requested")

    answer = signed_in(adam).post(url("decline", order.ref), {"reason": " "})

    assert answer.status_code == 422
    assert '<details class="order-act" open>' in text_of(answer)
    assert 'href="#id_decline_reason"' in text_of(answer)


def test_the_whole_job_by_its_buttons(offer, buyer, bob, adam):
    order = make_order(offer, buyer, "requested")
    company, school = Client(), Client()
    checks = {f"point_{point.pk}": "yes" for point in order.quality_points}
    company.force_login(bob)
    school.force_login(adam)
    steps = [
        (school, "quote", quote_form()),
        (company, "counter", {"text": "Could it be less?", "wished_price": "150,50", "wished_on": ""}),
        (school, "quote", quote_form(price="150,50")),
        (company, "accept", {"version": 2}),
        (school, "start", {}),
        (school, "deliver", checks | {"note": "It is online.", "files": [picture("home.png")]}),
        (company, "ask_changes", {"text": "A larger logo."}),
        (school, "resume", {}),
        (school, "deliver", checks | {"note": "Larger now."}),
        (company, "extend_review", {}),
        (company, "write", {"text": "Thank you", "files": [picture("thanks.png")]}),
        (company, "accept_delivery", {}),
    ]

    for client, verb, form in steps:
        answer = client.post(url(verb, order.ref), form)
        assert answer.status_code == 302, (verb, answer.content.decode())

    order.refresh_from_db()
    assert (order.status, order.gross) == ("completed", Decimal("150.50"))
    for client in (company, school):
        page = text_of(client.get(order.get_absolute_url()))
        assert page.count("home.png") == 1
        assert "Larger now." in page
        assert "Lea" not in page


# --- The quote form ---
def quote_form(price="200.00", more=(), **fields):
    lines = [{"description": "Website", "quantity": "1", "unit": "", "unit_price": price, "vat_rate": ""}, *more]
    form = {"lines-TOTAL_FORMS": len(lines), "lines-INITIAL_FORMS": 0}
    for number, line in enumerate(lines):
        form |= {f"lines-{number}-{name}": value for name, value in line.items()}
    valid = (timezone.localdate() + timedelta(days=14)).isoformat()
    return form | {"rounds_of_changes": 1, "valid_until": valid, "message": "Our quote."} | fields


def test_the_quote_starts_from_the_request_and_the_offer(school, adam, buyer, signed_in):
    offer = make_offer(
        school, adam, price_model="PP", price=Decimal("9.50"), unit="guest", vat_rate=Decimal(12), vat_exemption=""
    )
    order = make_order(offer, buyer, "requested", quantity=30)

    page = text_of(signed_in(adam).get(url("quote", order.ref)))

    for value in (offer.title, "30", "9.50", "12", "guest"):
        assert f'value="{value}"' in page
    assert "Five pages" in page


def test_a_line_is_added_without_javascript(offer, buyer, adam, signed_in):
    order = make_order(offer, buyer, "requested")

    answer = signed_in(adam).post(url("quote", order.ref), quote_form(add="yes"))

    page = text_of(answer)
    assert answer.status_code == 200
    assert 'name="lines-1-description"' in page
    assert 'value="Website"' in page
    assert "€200.00" in page
    assert order.quotes.count() == 0


def test_removed_and_empty_lines_are_left_out(offer, buyer, adam, signed_in):
    order = make_order(offer, buyer, "requested")
    wrong = {"description": "Wrong", "quantity": "1", "unit_price": "5", "vat_rate": "21", "DELETE": "on"}

    signed_in(adam).post(url("quote", order.ref), quote_form(more=[wrong, {"description": ""}]))

    assert [line.description for line in order.quotes.get().lines.all()] == ["Website"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"lines-0-quantity": "0"}, {"lines-0-quantity": "-1"}, {"lines-0-quantity": "1e9"}, {"lines-0-quantity": "NaN"},
        {"lines-0-unit_price": "-1"}, {"lines-0-unit_price": "1,000"}, {"lines-0-unit_price": "Infinity"},
        {"lines-0-vat_rate": "100"}, {"lines-0-vat_rate": "-5"}, {"lines-0-description": ""},
        {"lines-TOTAL_FORMS": "1000000"}, {"lines-TOTAL_FORMS": "x"}, {"lines-TOTAL_FORMS": "0"},
        {"valid_until": "2020-01-01"}, {"valid_until": ""}, {"rounds_of_changes": "-1"}, {"rounds_of_changes": "21"},
        {"starts_on": "2027-02-02", "ends_on": "2027-02-01"}, {"window": "999999"}, {"message": "x" * 3001},
    ],
)  # fmt: skip
def test_wrong_quotes_are_refused(wrong, offer, buyer, adam, signed_in):
    order = make_order(offer, buyer, "requested")
    make_window(offer)
    client = signed_in(adam)

    assert client.post(url("quote", order.ref), quote_form(add="yes") | wrong).status_code == 200
    assert client.post(url("quote", order.ref), quote_form() | wrong).status_code == 422
    assert order.quotes.count() == 0


def test_sums_are_not_taken_from_the_form(offer, buyer, adam, signed_in):
    order = make_order(offer, buyer, "requested")

    signed_in(adam).post(
        url("quote", order.ref),
        quote_form(net="1", gross="1", vat="0", currency="PLN", version=9, **{"lines-0-net": "1"}),
    )

    quote = order.quotes.get()
    assert (quote.net, quote.gross, quote.currency, quote.version) == (200, 200, "EUR", 1)


def test_only_the_school_writes_quotes(offer, buyer, bob, charlie, adam, signed_in):
    order = make_order(offer, buyer, "requested")

    assert signed_in(bob).get(url("quote", order.ref)).status_code == 403
    assert signed_in(bob).post(url("quote", order.ref), quote_form()).status_code == 403
    assert signed_in(charlie).post(url("quote", order.ref), quote_form()).status_code == 404
    for _click in range(2):
        assert signed_in(adam).post(url("quote", order.ref), quote_form())["Location"] == order.get_absolute_url()
    assert order.quotes.count() == 1


# --- Files ---
def test_files_are_for_the_two_sides(offer, buyer, bob, adam, alice, lea, charlie, mona, signed_in):
    order = make_order(offer, buyer, "requested")
    signed_in(bob).post(url("write", order.ref), {"text": "Look", "files": [picture("../menu; x=1.png")]})
    file = OrderFile.objects.get()
    assert file.name == "menu x=1.png"

    for user in (bob, adam, alice):
        answer = signed_in(user).get(file.get_absolute_url())
        assert answer.status_code == 200
        assert answer["Content-Type"] == "image/png"
        assert answer["Content-Disposition"] == 'attachment; filename="menu x=1.png"'
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert b"".join(answer.streaming_content).startswith(b"\x89PNG")
    for user in (lea, charlie, mona):
        assert signed_in(user).get(file.get_absolute_url()).status_code == 404
    assert Client().get(file.get_absolute_url()).status_code == 302


def test_a_removed_member_loses_the_files_at_once(offer, buyer, company, signed_in):
    staff = make_user()
    membership = make_member(staff, company)
    order = make_order(offer, buyer, "requested")
    client = signed_in(staff)
    client.post(url("write", order.ref), {"text": "", "files": [picture()]})
    file = OrderFile.objects.get()
    assert b"".join(client.get(file.get_absolute_url()).streaming_content)

    membership.delete()

    assert client.get(file.get_absolute_url()).status_code == 404


def test_a_file_belongs_to_its_order(offer, buyer, bob, signed_in):
    one, other = make_order(offer, buyer, "requested"), make_order(offer, buyer, "requested")
    client = signed_in(bob)
    client.post(url("write", one.ref), {"files": [picture()]})
    file = OrderFile.objects.get()

    assert client.get(url("file", other.ref, file.ref)).status_code == 404


def test_hostile_files_are_refused_with_words(offer, buyer, bob, signed_in):
    order = make_order(offer, buyer, "requested")
    hostile = [
        SimpleUploadedFile("a.svg", b"<svg onload='alert(1)'/>"),
        SimpleUploadedFile("a.pdf", b"%PDF-1.7 /OpenAction << /S /JavaScript >> %%EOF"),
        SimpleUploadedFile("a.png", b"MZ"),
    ]

    for file in hostile:
        answer = signed_in(bob).post(url("write", order.ref), {"text": "Look", "files": [file]})
        assert answer.status_code == 422
        assert 'href="#id_write_files"' in text_of(answer)
        assert "Look</textarea>" in text_of(answer)
    assert (OrderFile.objects.count(), order.messages.count()) == (0, 0)


# --- Lists ---
def test_lists_by_side_and_state(offer, buyer, bob, adam, signed_in):
    orders = {status: make_order(offer, buyer, status) for status in PATHS}
    Order.objects.exclude(pk=None).update(title="x")
    for status, order in orders.items():
        Order.objects.filter(pk=order.pk).update(title=f"<{status}>")

    def shown(user, **query):
        page = text_of(signed_in(user).get(url("list"), query))
        return {status for status in orders if f"&lt;{status}&gt;" in page}

    assert shown(bob) == {s for s in orders if s in Order.OPEN}
    assert shown(bob, state="turn") == {"quoted", "delivered"}
    assert shown(adam, state="turn") == {"requested", "countered", "scheduled", "in_progress", "changes_requested"}
    assert shown(bob, state="ended") == {s for s in orders if s in Order.ENDED}
    assert shown(bob, state="drafts") == {"draft"}
    assert shown(adam, state="all") == set(orders) - {"draft"}
    assert shown(bob, side="received") == set()


def test_pages_follow_each_other_without_gaps(offer, buyer, bob, signed_in, monkeypatch):
    monkeypatch.setattr("marketplace.views.orders_list.PAGE", 2)
    orders = [make_order(offer, buyer, "requested") for _number in range(5)]
    same = timezone.now()
    Order.objects.filter(pk__in=[order.pk for order in orders[:3]]).update(updated_at=same)
    client, seen, address = signed_in(bob), [], url("list")

    while address:
        answer = client.get(address)
        seen += [row["order"].pk for row in answer.context["rows"]]
        after = answer.context["after"]
        address = after and f"{url('list')}?{'after=' + after.replace('+', '%2B')}"
        assert len(seen) <= 5

    assert sorted(seen) == sorted(order.pk for order in orders)


def test_the_list_takes_the_same_queries_for_one_and_for_many(offer, buyer, bob, signed_in, django_assert_num_queries):
    client = signed_in(bob)
    make_order(offer, buyer, "requested")
    client.get(url("list"))
    for _number in range(3):
        with django_assert_num_queries(LIST_QUERIES):
            client.get(url("list"))
        make_order(offer, buyer, "quoted")


LIST_QUERIES = 4  # session; person, memberships and unread notices; counts, rows with their clocks
DETAIL_QUERIES = 6  # the same two; order with its clock, proposed times, activities, quotes with their lines


def test_the_order_page_takes_the_same_queries_for_a_long_timeline(
    offer, buyer, seller, bob, adam, signed_in, django_assert_num_queries
):
    order = make_order(offer, buyer, "quoted")
    signed_in(bob).get(order.get_absolute_url())
    for _round in range(3):
        for user in (bob, adam):
            client = signed_in(user)
            with django_assert_num_queries(DETAIL_QUERIES + (user == adam)):  # what schools say of the client
                client.get(order.get_absolute_url())
        order.counter("Less?", by=buyer)
        for number in range(8):
            order.write(f"Message {number}", by=seller)
        order.quote([LINE, LINE | {"description": "More"}], by=seller)


@pytest.mark.parametrize("reader", ["bob", "adam"])
def test_work_of_the_young_at_the_clients_says_when(reader, offer, buyer, company, request, signed_in):
    company.country = "PT"
    company.save()
    Offer.objects.filter(pk=offer.pk).update(delivery_modes=["at_client"])
    offer.refresh_from_db()
    order = make_order(offer, buyer, "quoted", place="Rua do Ouro 1")
    client = signed_in(request.getfixturevalue(reader))

    page = client.get(order.get_absolute_url()).content.decode()

    words = "They work between 07:00 and 22:00, at most 7 h a day, with a break of 60 minutes after 4:30 h."
    assert words in page
    Offer.objects.filter(pk=offer.pk).update(has_minors=False)
    assert "Students under 18" not in client.get(order.get_absolute_url()).content.decode()

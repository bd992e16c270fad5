import csv
from io import StringIO

import pytest
from django.core import mail
from django.utils import timezone

from accounts.models import Organisation
from tests.factories import make_member, make_offer, make_order, make_organisation, make_user, make_window, member
from vet2b import figures
from vet2b.lib.cells import safe_cell

STATES = ["requested", "quoted", "countered", "scheduled", "in_progress", "delivered", "changes_requested"]


def show(client, user):
    client.force_login(user)
    response = client.get("/dashboard/")
    assert response.status_code == 200
    return response


def test_a_company_sees_its_turn_what_runs_and_its_drafts(client, offer, buyer, bob):
    orders = {status: make_order(offer, buyer, status) for status in ["draft", *STATES, "completed"]}
    bob.favourites.create(offer=offer)

    context = show(client, bob).context

    assert {line["order"] for line in context["turn"]} == {orders["quoted"], orders["delivered"]}
    assert {line["order"].status for line in context["active"]} == set(STATES) - {"quoted", "delivered"}
    assert context["drafts"] == [orders["draft"]]
    assert context["saved"] == [offer]


def test_a_trainer_sees_own_requests_and_an_owner_all(client, offer, buyer, adam, sara, alice, school):
    make_order(offer, buyer, "requested")
    other = make_offer(school, sara, title="Other website")
    make_order(other, buyer, "requested")
    make_order(other, buyer, "in_progress")

    assert [line["order"].title for line in show(client, adam).context["turn"]] == [offer.title]
    context = show(client, alice).context
    assert len(context["turn"]) == 2
    assert {m.user: (m.waiting, m.running) for m in context["people"]} == {sara: (1, 1), adam: (1, 0), alice: (0, 0)}
    assert "people" not in show(client, adam).context


def test_a_school_sees_its_offers_windows_and_what_is_unfinished(client, offer, adam, school):
    draft = make_offer(school, adam, status="draft", title="Draft offer")
    window = make_window(offer)

    context = show(client, adam).context

    assert dict(context["offers"]) == {"Draft": 1, "Published": 1}
    assert context["unfinished"] == [draft]
    assert context["windows"] == [window]


def test_an_unverified_organisation_sees_where_it_stands(client, db):
    owner = make_user()
    make_organisation(owner, status="pending")

    assert "Waiting for verification" in show(client, owner).content.decode()


def test_a_learner_sees_jobs_without_names(client, offer, buyer, lea):
    make_order(offer, buyer, "in_progress")
    make_order(offer, buyer, "requested")
    make_order(offer, buyer, "completed")

    response = show(client, lea)

    page = response.content.decode()
    assert [order.status for order in response.context["running"]] == ["in_progress"]
    assert response.context["completed_count"] == 1
    for name in ("Adam", "Aspen", "Bob", "Birch"):
        assert name not in page


def test_without_an_organisation_one_is_shown_the_two_ways_in(client, db):
    page = show(client, make_user(email="nora@new.example")).content.decode()

    assert "/organisations/new/" in page
    assert "nora@new.example" in page


def test_a_moderator_sees_the_queues(client, mona, school):
    make_organisation(make_user(), status="pending")

    queues = show(client, mona).context["queues"]

    assert 1 in [queue["count"] for queue in queues]


@pytest.mark.parametrize("who", ["bob", "adam", "alice", "lea"])
def test_queries_do_not_grow(client, who, request, offer, buyer, django_assert_num_queries, school):
    user = request.getfixturevalue(who)
    make_window(offer)
    counts = []
    for _round in range(2):
        for status in ["draft", *STATES]:
            make_order(offer, buyer, status)
        make_member(make_user(), school)
        client.force_login(user)
        client.get("/dashboard/")
        with django_assert_num_queries(counts[0] if counts else 99, exact=bool(counts)) as captured:
            client.get("/dashboard/")
        counts.append(len(captured))


@pytest.fixture
def body(db):
    user = make_user("Petra Public")
    make_organisation(user, kind="public_body", name="Region")
    return user


def test_figures_below_five_are_not_told(client, body, offer, buyer):
    for _number in range(6):
        make_organisation(make_user(), kind="school", country="PL")
    make_order(offer, buyer, "completed")

    rows = {row.place: row.shown for row in show(client, body).context["figures"]}

    assert rows == {"Latvia": ["fewer than 5", "fewer than 5", "fewer than 5"], "Poland": ["not shown", "0", "0"]}


def test_one_hidden_figure_hides_a_second(db):
    assert figures.words([7, 3, 9, 0]) == ["not shown", "fewer than 5", "9", "0"]
    assert figures.words([3, 4, 9]) == ["fewer than 5", "fewer than 5", "9"]
    assert figures.words([5, 0]) == ["5", "0"]


def test_one_countrys_regions(client, body, school):
    Organisation.objects.filter(pk=school.pk).update(region="LV00A")
    client.force_login(body)

    response = client.get("/dashboard/?country=LV")

    assert [row.place for row in response.context["figures"]] == ["Rīga"]
    for odd in ("XX", "²", "a" * 3000):
        assert client.get("/dashboard/", {"country": odd}).status_code == 200


def test_the_figures_as_a_table(client, body, school):
    client.force_login(body)

    response = client.get("/dashboard/figures.csv")

    rows = list(csv.reader(StringIO(response.content.decode("utf-8-sig"))))
    assert rows[0] == ["Place", "Verified schools", "Published offers", "Completed orders"]
    assert rows[1] == ["Latvia", "fewer than 5", "0", "0"]


@pytest.mark.parametrize("who", ["bob", "adam", "lea", "mona"])
def test_the_table_is_for_public_bodies(client, who, request, company, school):
    client.force_login(request.getfixturevalue(who))

    assert client.get("/dashboard/figures.csv").status_code == 403


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@a", "\t=1", "\r=1", "＝1", "＋1", "－1", "＠1", "\0=1"])
def test_no_cell_is_a_formula(text):
    assert safe_cell(text).startswith("'")
    assert "\0" not in safe_cell(text)


def test_a_harmless_cell_stays_as_it_is():
    assert [safe_cell(value) for value in ("Rīga", 5, "", None)] == ["Rīga", "5", "", "None"]


@pytest.fixture
def sent(settings, tmp_path):
    settings.DEBUG = True
    settings.EMAIL_FILE_PATH = tmp_path
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    message = mail.EmailMultiAlternatives("Žėlė", "See http://127.0.0.1/x", "a@a.example", ["bob@b.example"])
    message.attach_alternative("<h1>Žėlė</h1><script>alert(1)</script>", "text/html")
    message.send()


def test_sent_mail_is_read_while_developing(client, sent):
    (found,) = client.get("/dev/mail/").context["mails"]

    page = client.get(f"/dev/mail/{found.key}/")
    html = client.get(f"/dev/mail/{found.key}/html/")

    assert "Žėlė" in page.content.decode()
    assert "bob@b.example" in page.content.decode()
    assert "frame-src 'self'" in page["Content-Security-Policy"]
    assert html.content.decode().startswith("<h1>Žėlė</h1>")
    assert "sandbox" in html["Content-Security-Policy"]
    assert "script-src 'none'" in html["Content-Security-Policy"]
    assert html["X-Frame-Options"] == "SAMEORIGIN"
    assert client.get("/dev/mail/nothing-0/").status_code == 404


def test_elsewhere_nobody_reads_mail(client, sent, settings, mona):
    settings.DEBUG = False
    client.force_login(mona)

    for path in ("/dev/mail/", "/dev/mail/x-0/", "/dev/mail/x-0/html/"):
        assert client.get(path).status_code == 404


def test_the_public_page_lists_published_offers(client, offer, school, adam, django_assert_num_queries):
    make_offer(school, adam, status="draft", title="Hidden draft")

    page = client.get(school.get_absolute_url()).content.decode()

    assert offer.title in page
    assert "Hidden draft" not in page
    counts = []
    for number in range(2):
        make_offer(school, adam, title=f"More {number}")
        with django_assert_num_queries(counts[0] if counts else 99, exact=bool(counts)) as captured:
            client.get(school.get_absolute_url())
        counts.append(len(captured))


def test_members_of_two_organisations_see_the_one_they_act_for(client, bob, company, school):
    make_member(bob, school)
    client.force_login(bob)

    client.post("/organisations/switch/", {"organisation": school.slug})

    assert client.get("/dashboard/").context["organisation"] == school
    assert member(bob, school).role == "staff"


def test_a_school_sees_what_to_invoice_and_what_is_unpaid(client, adam, bob, offer, buyer, seller):
    order = make_order(offer, buyer, "completed")
    make_order(offer, buyer, "in_progress")
    assert show(client, adam).context["to_invoice"] == [order]

    order.record_invoice("2026/17", timezone.localdate(), by=seller)
    context = show(client, adam).context
    assert (context["to_invoice"], context["unpaid"]) == ([], [order])
    page = show(client, bob)
    assert page.context["unpaid"] == [order]
    assert "Invoice 2026/17" in page.content.decode()

    order.record_paid(timezone.localdate(), by=seller)
    assert show(client, adam).context["unpaid"] == show(client, bob).context["unpaid"] == []

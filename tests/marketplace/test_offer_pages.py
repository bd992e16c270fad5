"""The pages on which a school makes and manages its offers."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from marketplace.models import Category, Offer
from marketplace.models.offer_edits import fingerprint
from tests.factories import complete_draft, make_offer, make_order, make_organisation, make_window

PARTS = ["price", "terms", "people"]


def url(name, *args):
    return reverse(f"marketplace:{name}", args=args)


@pytest.fixture
def draft(school, adam, sara):
    return complete_draft(school, adam, sara)


@pytest.fixture
def trainer(signed_in, adam):
    return signed_in(adam)


def fresh(offer):
    return Offer.objects.get(pk=offer.pk)


def pages_of(offer):
    names = ["offer_manage", "offer_edit_skills", "offer_pictures", "offer_windows", "offer_archive"]
    return [
        *(url(name, offer.ref) for name in names),
        *(url("offer_edit_part", offer.ref, part) for part in PARTS),
        url("offer_edit_text", offer.ref, "en"),
        url("offer_edit_text", offer.ref, "lv"),
    ]


def posts_of(offer):
    names = ["submit", "pause", "resume", "archive", "duplicate", "revise", "image_add", "document_add"]
    return [*(url(f"offer_{name}", offer.ref) for name in names), url("offer_text_remove", offer.ref, "lv")]


def form_of(offer, part, language="", **typed):
    """What a browser sends of a part's page, with `typed` over it."""
    content = offer.content(part, language)
    seen = fingerprint(content)
    sent = {name: plain(value) for name, value in content.items() if value not in (None, False, "")}
    if part == "texts":
        stages = sent.pop("stages", [])
        sent |= {"stages-TOTAL_FORMS": len(stages), "stages-INITIAL_FORMS": 0}
        sent |= {name: "\n".join(sent.get(name, [])) for name in ("included", "excluded")}
    if part == "price":
        sent |= {"packages-TOTAL_FORMS": 3, "packages-INITIAL_FORMS": 3}
        sent |= {f"packages-{number}-code": code for number, code in enumerate("SML")}
    return sent | {"seen": seen} | typed


def plain(value):
    return getattr(value, "pk", value)


def test_everything_is_there_for_the_schools_staff(trainer, draft):
    for page in [url("my_offers"), url("offer_start"), url("offer_begin", "catering-hospitality"), *pages_of(draft)]:
        assert trainer.get(page).status_code == 200, page


def test_other_organisations_see_nothing_of_it(signed_in, charlie, bob, company, draft):
    for person in (charlie, bob):
        client = signed_in(person)
        for page in [url("my_offers"), url("offer_start"), *pages_of(draft)]:
            assert client.get(page).status_code == 404, page
        for page in posts_of(draft):
            assert client.post(page).status_code == 404, page


def test_another_school_sees_nothing_of_it(signed_in, draft, charlie):
    charlie.memberships.get().organisation.__class__.objects.filter(memberships__user=charlie).update(kind="school")
    client = signed_in(charlie)

    assert client.get(url("my_offers")).status_code == 200
    for page in pages_of(draft):
        assert client.get(page).status_code == 404, page
    for page in posts_of(draft):
        assert client.post(page).status_code == 404, page
    assert fresh(draft).status == "draft"


def test_a_mail_link_to_another_of_ones_schools_asks_to_switch(signed_in, draft, school, adam, lea):
    switch, url = reverse("accounts:organisation_switch"), reverse("marketplace:offer_manage", args=[draft.ref])
    firms = {person: make_organisation(person) for person in (adam, lea)}
    client = signed_in(adam)
    client.post(switch, {"organisation": firms[adam].slug})

    asked = client.get(url)
    assert f"You are acting for {firms[adam].name}. This belongs to {school.name}." in asked.text
    answer = client.post(switch, {"organisation": school.slug, "next": url}, follow=True)
    assert answer.context["offer"] == draft

    client = signed_in(lea)
    client.post(switch, {"organisation": firms[lea].slug})
    assert client.get(url).status_code == 404


def test_learners_are_kept_out(signed_in, lea, draft):
    client = signed_in(lea)
    for page in [url("my_offers"), url("offer_start"), *pages_of(draft)]:
        assert client.get(page).status_code == 403, page
    for page in posts_of(draft):
        assert client.post(page).status_code == 403, page


def test_strangers_are_asked_to_sign_in(client, draft):
    for page in [url("my_offers"), *pages_of(draft)]:
        assert client.get(page).status_code == 302, page


def test_verbs_are_posts(trainer, draft):
    for name in ("submit", "pause", "resume", "duplicate", "revise"):
        assert trainer.get(url(f"offer_{name}", draft.ref)).status_code == 405
    assert fresh(draft).status == "draft"


@pytest.mark.parametrize("count", [1, 3])
def test_my_offers_takes_as_many_queries_for_three_as_for_one(
    trainer, school, adam, sara, seller, count, django_assert_num_queries
):
    for number in range(count):
        offer = make_offer(school, adam, sara, title=f"Website {number}")
        make_window(offer)
        offer.revise(by=seller)
        complete_draft(school, adam, sara, title=f"Draft {number}")

    with django_assert_num_queries(12):
        response = trainer.get(url("my_offers"))

    assert response.content.decode().count('class="offer-row"') == 2 * count


def test_what_waits_for_the_school_comes_first(trainer, school, adam, sara):
    for status in ("published", "draft", "archived"):
        make_offer(school, adam, sara, status=status, title=f"Website {status}")

    groups = trainer.get(url("my_offers")).context["groups"]

    assert [(str(group["label"]), len(group["rows"])) for group in groups] == [("Your turn", 1), ("Live", 1)]
    ended = trainer.get(url("my_offers"), {"show": "ended"}).context["groups"]
    assert [str(group["label"]) for group in ended] == ["Ended"]


def test_starting_makes_a_draft_from_the_template(trainer):
    response = trainer.post(url("offer_begin", "catering-hospitality"), {"language": "lv", "title": "Kafijas\r\npauze"})

    offer = Offer.objects.get()
    assert (offer.status, offer.source_text.title, offer.category_id) == ("draft", "Kafijas pauze", "CAT")
    assert response.url == url("offer_edit", offer.ref)
    assert trainer.get(response.url).url == url("offer_edit_text", offer.ref, "lv")


def test_a_start_without_title_says_so_and_makes_nothing(trainer):
    response = trainer.post(url("offer_begin", "catering-hospitality"), {"language": "xx", "title": " "})

    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"language", "title"}
    assert not Offer.objects.exists()


def test_texts_are_saved_line_by_line(trainer, draft):
    typed = {
        "included": "Five pages\n\n Contact form \n",
        "stages-TOTAL_FORMS": 2,
        "stages-0-title": "Online",
        "stages-0-day": 20,
        "stages-1-title": "Plan",
        "stages-1-day": 1,
    }

    response = trainer.post(url("offer_edit_text", draft.ref, "en"), form_of(draft, "texts", "en", **typed))

    text = fresh(draft).source_text
    assert response.status_code == 302
    assert text.included == ["Five pages", "Contact form"]
    assert [(stage["title"], stage["day"]) for stage in text.stages] == [("Plan", 1), ("Online", 20)]


def test_a_second_language_is_added_and_removed(trainer, draft):
    page = url("offer_edit_text", draft.ref, "lv")
    sent = {"title": "Mājaslapa", "stages-TOTAL_FORMS": 0, "stages-INITIAL_FORMS": 0}
    sent["seen"] = trainer.get(page).context["form"].seen

    trainer.post(page, sent)

    assert {text.language for text in fresh(draft).texts.all()} == {"en", "lv"}
    trainer.post(url("offer_text_remove", draft.ref, "lv"))
    assert {text.language for text in fresh(draft).texts.all()} == {"en"}


def test_the_preview_shows_safe_html_and_saves_nothing(trainer, draft):
    body = "**Strong** <script>alert(1)</script>"

    response = trainer.post(
        url("offer_edit_text", draft.ref, "en"), form_of(draft, "texts", "en", body=body, preview="")
    )

    page = response.content.decode()
    assert response.status_code == 200
    assert "<p><strong>Strong</strong> &lt;script&gt;" in page
    assert "<script>alert" not in page
    assert fresh(draft).source_text.body == "A class designs and builds your **website**."


def test_the_preview_is_the_public_page_for_the_school_only(trainer, signed_in, draft, charlie, lea, adam):
    page = url("offer_preview", draft.ref)

    assert "A preview that only your school sees" in trainer.get(page).content.decode()
    for person, status in ((charlie, 404), (lea, 403)):
        assert signed_in(person).get(page).status_code == status


def test_the_preview_of_a_new_version_shows_the_windows_of_its_original(trainer, offer, seller):
    window = make_window(offer)
    revision = offer.revise(by=seller)

    response = trainer.get(url("offer_preview", revision.ref))

    assert response.context["windows"] == [window]


def test_errors_keep_what_was_typed(trainer, draft):
    typed = {"title": "x" * 71, "summary": "Kept words", "included": "y" * 161}

    response = trainer.post(url("offer_edit_text", draft.ref, "en"), form_of(draft, "texts", "en", **typed))

    page = response.content.decode()
    assert response.status_code == 422
    assert "Kept words" in page
    assert "y" * 161 in page
    assert page.count("There is a problem") == 1
    assert fresh(draft).title == "Website for a small business"


def test_a_stale_form_shows_a_conflict_and_keeps_what_was_typed(trainer, draft, alice, school):
    page = url("offer_edit_text", draft.ref, "en")
    sent = form_of(draft, "texts", "en", summary="Mine")
    draft.change("texts", {"summary": "Hers"}, by=school.memberships.get(user=alice), language="en")

    response = trainer.post(page, sent)

    assert response.status_code == 422
    shown = response.content.decode()
    assert "Somebody else saved this page" in shown
    assert "Mine" in shown
    assert ("Summary", "Hers") in response.context["form"].saved_meanwhile
    assert fresh(draft).source_text.summary == "Hers"
    trainer.post(page, sent | {"seen": response.context["form"].seen})
    assert fresh(draft).source_text.summary == "Mine"


VALID = {
    "FIX": {"price": "100"},
    "PP": {"price": "6.50", "unit": "guest"},
    "HR": {"price": "22", "unit": "hour"},
    "DAY": {"price": "240"},
    "UNIT": {"price": "0.64", "price_to": "4.98", "unit": "piece"},
    "PKG": {"packages-0-name": "Small", "packages-0-price": "90", "packages-2-name": "XL", "packages-2-price": "9e2"},
    "MAT": {},
    "EST": {"price": "120"},
    "SUB": {"price": "8.50", "unit": "week"},
    "FREE": {},
}  # fmt: skip


def price_form(draft, model, **typed):
    sent = form_of(draft, "price")
    for name in ("price", "price_to", "unit", "is_instant"):
        sent.pop(name, None)
    return sent | {"price_model": model} | typed


@pytest.mark.parametrize("model", VALID)
def test_each_price_model_is_saved(trainer, draft, model):
    response = trainer.post(url("offer_edit_part", draft.ref, "price"), price_form(draft, model, **VALID[model]))

    offer = fresh(draft)
    assert response.status_code == 302
    assert offer.price_model == model
    assert (offer.price is None) == (model in {"MAT", "FREE"})
    assert offer.packages.count() == (2 if model == "PKG" else 0)
    assert [part for part, _label in offer.missing if part == "price"] == []
    if model == "PKG":
        assert offer.price == 90


INVALID = [
    ("FIX", {}, "price"),
    ("FIX", {"price": "0"}, "price"),
    ("FIX", {"price": "-1"}, "price"),
    ("FIX", {"price": "NaN"}, "price"),
    ("FIX", {"price": "1e30"}, "price"),
    ("FIX", {"price": "²"}, "price"),
    ("PP", {"price": "5"}, "unit"),
    ("UNIT", {"price": "5", "price_to": "4", "unit": "piece"}, "price_to"),
    ("UNIT", {"price": "5", "price_to": "9", "unit": "piece", "is_instant": "on"}, "is_instant"),
    ("PKG", {}, "__all__"),
    ("PKG", {"packages-0-name": "Small"}, "__all__"),
    ("PKG", {"packages-0-price": "5"}, "__all__"),
    ("PKG", {"packages-0-name": "Small", "packages-0-price": "1", "packages-0-code": "XX"}, "__all__"),
    ("FIX", {"price": "5", "vat_rate": "21"}, "vat_exemption"),
    ("FIX", {"price": "5", "vat_exemption": ""}, "vat_rate"),
    ("FIX", {"price": "5", "vat_exemption": "", "vat_rate": "99"}, "vat_rate"),
    ("XXX", {"price": "5"}, "price_model"),
]


@pytest.mark.parametrize(("model", "typed", "field"), INVALID)
def test_a_price_that_cannot_be_is_refused_at_its_field(trainer, draft, model, typed, field):
    response = trainer.post(url("offer_edit_part", draft.ref, "price"), price_form(draft, model, **typed))

    assert response.status_code == 422
    assert field in response.context["form"].errors
    assert (fresh(draft).price_model, fresh(draft).price) == ("FIX", 180)


def test_what_a_price_model_lacks_is_dropped(trainer, draft):
    sent = price_form(draft, "FREE", price="oops", unit="hour", price_to="-3", is_instant="on", vat_rate="21")

    trainer.post(url("offer_edit_part", draft.ref, "price"), sent)

    offer = fresh(draft)
    assert (offer.price, offer.price_to, offer.unit, offer.is_instant) == (None, None, "", False)
    assert (offer.vat_rate, offer.vat_exemption) == (None, "")


def test_terms_are_saved(trainer, draft):
    typed = {"delivery_modes": ["at_client"], "travel_radius_km": 30, "languages": ["lv"], "max_quantity": 3}

    trainer.post(url("offer_edit_part", draft.ref, "terms"), form_of(draft, "terms", **typed))

    offer = fresh(draft)
    assert (offer.delivery_modes, offer.travel_radius_km, offer.languages) == (["at_client"], 30, ["lv"])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("lead_time_days", ""), ("lead_time_days", "-1"), ("lead_time_days", "1" + "0" * 30), ("lead_time_days", "²"),
        ("max_quantity", "0"), ("min_quantity", "0"), ("category", "NOPE"), ("kind", "magic"),
        ("delivery_modes", ["moon"]), ("languages", ["xx"]), ("rounds_of_changes", "99"),
    ],
)  # fmt: skip
def test_terms_that_cannot_be_are_refused(trainer, draft, name, value):
    response = trainer.post(url("offer_edit_part", draft.ref, "terms"), form_of(draft, "terms", **{name: value}))

    assert response.status_code == 422
    assert name in response.context["form"].errors
    assert fresh(draft).lead_time_days == 5


def test_only_staff_can_be_named(trainer, draft, lea, bob, alice):
    page = url("offer_edit_part", draft.ref, "people")
    for person in (lea, bob):
        response = trainer.post(page, form_of(draft, "people", trainer=person.pk))
        assert "trainer" in response.context["form"].errors

    trainer.post(page, form_of(draft, "people", substitute=alice.pk))
    assert fresh(draft).substitute == alice


def test_trainer_and_substitute_differ(trainer, draft, adam):
    response = trainer.post(url("offer_edit_part", draft.ref, "people"), form_of(draft, "people", substitute=adam.pk))

    assert "substitute" in response.context["form"].errors


def test_skills_are_searched_without_losing_ticks(trainer, draft):
    page = url("offer_edit_skills", draft.ref)
    ticked = draft.category.skills.last()

    response = trainer.post(page, {"skills": [ticked.pk], "q": "bake", "search": ""})

    assert response.status_code == 200
    choices = dict(response.context["form"].fields["skills"].choices)
    assert ticked.pk in choices
    assert any("bake" in label for label in choices.values())
    assert draft.skills.count() == 1
    assert draft.skills.get() != ticked
    assert trainer.get(page, {"q": "weld"}).status_code == 200


def test_skills_are_saved_from_any_category(trainer, draft):
    other = Category.objects.get(pk="CAT").skills.first()
    sent = {"skills": [other.pk], "seen": fingerprint(draft.content("skills"))}

    trainer.post(url("offer_edit_skills", draft.ref), sent)

    assert list(draft.skills.all()) == [other]


@pytest.mark.parametrize("wrong", ["0", "-1", "x", "9" * 30, "²", ""])
def test_skills_that_do_not_exist_are_refused(trainer, draft, wrong):
    sent = {"skills": [wrong], "seen": fingerprint(draft.content("skills"))}

    response = trainer.post(url("offer_edit_skills", draft.ref), sent)

    assert response.status_code == 422
    assert draft.skills.count() == 1


def test_a_ninth_skill_is_refused(trainer, draft):
    pks = list(draft.category.skills.values_list("pk", flat=True)[:9])

    response = trainer.post(
        url("offer_edit_skills", draft.ref), {"skills": pks, "seen": fingerprint(draft.content("skills"))}
    )

    assert response.status_code == 422
    assert draft.skills.count() == 1


def test_forms_never_change_status_school_or_address(trainer, draft, company):
    forged = {
        "status": "published", "school": company.pk, "ref": "x", "slug": "mine", "published_at": "2026-01-01",
        "revision_of": draft.pk, "submitted_at": "2026-01-01", "created_at": "2020-01-01",
    }  # fmt: skip
    before = Offer.objects.values(*forged).get(pk=draft.pk)

    trainer.post(url("offer_edit_text", draft.ref, "en"), form_of(draft, "texts", "en", summary="New", **forged))
    for part in PARTS:
        trainer.post(url("offer_edit_part", draft.ref, part), form_of(draft, part, **forged))
    trainer.post(url("offer_submit", draft.ref), forged | {"status": "published"})

    after = Offer.objects.values(*forged).get(pk=draft.pk)
    assert after.pop("submitted_at") is not None
    assert (after.pop("status"), before.pop("status")) == ("in_review", "draft")
    assert before.pop("submitted_at") is None
    assert after == before


def test_a_material_change_of_a_live_offer_opens_a_new_version(trainer, offer):
    response = trainer.post(
        url("offer_edit_part", offer.ref, "price"), form_of(offer, "price", price="250"), follow=True
    )

    revision = fresh(offer).open_revision
    assert (fresh(offer).price, revision.price) == (180, 250)
    assert response.redirect_chain[-1][0] == url("offer_edit_part", revision.ref, "price")
    assert "Saved in a new version" in response.content.decode()
    again = trainer.get(url("offer_edit_part", offer.ref, "terms"))
    assert again.url == url("offer_edit_part", revision.ref, "terms")


def test_what_a_moderator_looks_at_stands_still(trainer, draft, seller):
    draft.submit(by=seller)

    for page in pages_of(draft)[5:]:
        assert trainer.get(page).url == url("offer_manage", draft.ref)
    trainer.post(url("offer_edit_part", draft.ref, "price"), form_of(draft, "price", price="1"))
    assert fresh(draft).price == 180


def test_the_page_of_an_offer_shows_the_moderators_reason(trainer, draft, seller, mona):
    draft.submit(by=seller)
    draft.ask_changes(by=mona, reason="Say what the hosting costs.")

    page = trainer.get(url("offer_manage", draft.ref)).content.decode()

    assert "Say what the hosting costs." in page
    assert "within 10 days" in page


def test_sending_pausing_and_resuming_by_their_buttons(trainer, draft, mona):
    trainer.post(url("offer_submit", draft.ref))
    assert fresh(draft).status == "in_review"
    fresh(draft).approve(by=mona)
    for verb, status in (("pause", "paused"), ("pause", "paused"), ("resume", "published"), ("resume", "published")):
        response = trainer.post(url(f"offer_{verb}", draft.ref), follow=True)
        assert response.status_code == 200
        assert fresh(draft).status == status
    assert "This cannot be done any more" in response.content.decode()


def test_archiving_first_tells_which_orders_it_touches(trainer, offer, buyer):
    order = make_order(offer, buyer, "scheduled")

    page = trainer.get(url("offer_archive", offer.ref)).content.decode()

    assert "1 order runs on it" in page
    assert "Birch Bakery" in page
    assert fresh(offer).status == "published"
    assert "What becomes of the order of Birch Bakery" in trainer.post(url("offer_archive", offer.ref)).content.decode()
    assert fresh(offer).status == "published"
    trainer.post(url("offer_archive", offer.ref), {"touched": "1", f"do_{order.ref}": "keep"})
    assert fresh(offer).status == "archived"


def test_one_click_duplicates(trainer, offer):
    response = trainer.post(url("offer_duplicate", offer.ref))

    copy = Offer.objects.exclude(pk=offer.pk).get()
    assert (copy.status, copy.title) == ("draft", offer.title)
    assert response.url == url("offer_edit_text", copy.ref, "en")


def test_windows_are_added_changed_and_removed(trainer, offer):
    start = timezone.localdate() + timedelta(days=30)
    page = url("offer_windows", offer.ref)

    trainer.post(page, {"starts_on": start, "ends_on": start + timedelta(days=4), "capacity": 2})

    window = offer.windows.get()
    change = url("offer_window_change", offer.ref, window.pk)
    trainer.post(change, {f"w{window.pk}-capacity": 5, f"w{window.pk}-is_closed": "on"})
    window.refresh_from_db()
    assert (window.capacity, window.is_closed) == (5, True)
    trainer.post(change, {"remove": ""})
    assert not offer.windows.exists()


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"starts_on": "2020-01-01", "ends_on": "2020-01-02", "capacity": "1"}, "starts_on"),
        ({"starts_on": "2099-01-09", "ends_on": "2099-01-02", "capacity": "1"}, "ends_on"),
        ({"starts_on": "2099-01-01", "ends_on": "2099-01-02", "capacity": "0"}, "capacity"),
        ({"starts_on": "2099-01-01", "ends_on": "2099-01-02", "capacity": "9" * 30}, "capacity"),
        ({"starts_on": "soon", "ends_on": "", "capacity": "x"}, "starts_on"),
        ({"starts_on": "9999-12-31", "ends_on": "9999-12-31", "capacity": "²"}, "capacity"),
    ],
)
def test_windows_that_cannot_be_are_refused(trainer, offer, sent, field):
    response = trainer.post(url("offer_windows", offer.ref), sent)

    assert response.status_code == 422
    assert field in response.context["form"].errors
    assert not offer.windows.exists()


def test_too_few_places_say_so_at_their_window(trainer, offer):
    window = make_window(offer, capacity=3)
    window.take()
    window.take()

    response = trainer.post(url("offer_window_change", offer.ref, window.pk), {f"w{window.pk}-capacity": 1})

    assert response.status_code == 422
    assert "2 places are taken" in response.content.decode()


def test_a_window_of_another_offer_is_not_found(trainer, offer, draft):
    window = make_window(offer)

    response = trainer.post(url("offer_window_change", draft.ref, window.pk), {f"w{window.pk}-capacity": 1})

    assert response.status_code == 404


@pytest.mark.parametrize("page", ["my_offers", "offer_start"])
@pytest.mark.parametrize("value", ["²", "9" * 40, "-1", "x" * 2000, "\ud800"])
def test_odd_parameters_do_no_harm(trainer, draft, page, value):
    response = trainer.get(
        url(page), {"page": value.encode("utf-8", "surrogatepass"), "show": value.encode("utf-8", "surrogatepass")}
    )

    assert response.status_code == 200


def test_supervision_and_insurance_are_answered_with_the_people(signed_in, adam, offer):
    page = reverse("marketplace:offer_edit_part", args=[offer.ref, "people"])
    client = signed_in(adam)
    form = client.get(page).context["form"]
    typed = {name: form[name].value() or "" for name in form.fields} | {"seen": form.seen, "has_minors": "on"}

    assert client.post(page, typed | {"learners_per_trainer": "0"}).status_code == 422
    client.post(page, typed | {"learners_per_trainer": "8", "insured_until": "2027-06-30"})

    offer.refresh_from_db()
    assert (offer.status, offer.learners_per_trainer, str(offer.insured_until)) == ("published", 8, "2027-06-30")

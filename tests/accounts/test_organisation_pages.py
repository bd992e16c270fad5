from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from accounts.models import Organisation
from tests.factories import make_member, make_organisation, make_user

NEW = "/organisations/new/"
BAKERY = {
    "kind": "company", "name": "Nora's Bakery", "country": "LV", "town": "Cēsis", "address": "Rīgas iela 1",
    "vat_id": "LV 4000 3521 600", "registration_number": "", "sector": "I", "size": "micro",
}  # fmt: skip


@pytest.fixture
def nora(db):
    return make_user("Nora New", "nora@new.example")


@pytest.fixture
def newcomer(nora, signed_in):
    return signed_in(nora)


def problems(response):
    return {name: [str(error) for error in errors] for name, errors in response.context["form"].errors.items()}


def test_one_page_registers_and_sends_for_verification(newcomer, nora):
    response = newcomer.post(NEW, BAKERY)

    assert (response.status_code, response.url) == (302, "/dashboard/")
    organisation = Organisation.objects.get()
    assert (organisation.status, organisation.vat_id) == ("pending", "LV40003521600")
    assert organisation.memberships.get(user=nora).is_owner
    assert newcomer.session["organisation"] == organisation.pk
    assert newcomer.get("/dashboard/").status_code == 200


def test_the_page_one_came_from_is_where_one_goes(newcomer):
    assert newcomer.post(f"{NEW}?next=/schools/", BAKERY).url == "/schools/"


@pytest.mark.parametrize("target", ["//e.test", "https://e.test", "/\\e.test", "javascript:alert(1)", "https:e.test"])
def test_nobody_is_sent_to_another_site(newcomer, target):
    assert newcomer.post(f"{NEW}?next={target}", BAKERY).url == "/dashboard/"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"vat_id": "LV40003521601"}, "vat_id"),
        ({"vat_id": "PL8567346215"}, "vat_id"),
        ({"vat_id": ""}, "vat_id"),
        ({"vat_id": "", "has_no_vat_id": "on"}, "registration_number"),
        ({"has_no_vat_id": "on"}, "has_no_vat_id"),
        ({"registration_number": "123"}, "registration_number"),
        ({"country": "XX"}, "country"),
        ({"country": ""}, "country"),
        ({"name": ""}, "name"),
        ({"name": "x" * 151}, "name"),
        ({"name": "a\0b"}, "name"),
        ({"town": ""}, "town"),
        ({"address": ""}, "address"),
        ({"sector": ""}, "sector"),
        ({"sector": "Z"}, "sector"),
        ({"size": ""}, "size"),
        ({"kind": "bank"}, "kind"),
    ],
)
def test_bad_input_is_told_at_its_field_and_kept(newcomer, change, field):
    response = newcomer.post(NEW, BAKERY | change)

    assert response.status_code == 422
    assert list(problems(response)) == [field]
    assert Organisation.objects.count() == 0
    if field != "town":
        assert "Cēsis" in response.content.decode()


def test_a_company_without_vat_id_gives_its_register_number(newcomer):
    words = BAKERY | {"vat_id": "", "has_no_vat_id": "on", "registration_number": "40003521600"}

    assert newcomer.post(NEW, words).status_code == 302
    assert Organisation.objects.get().vat_id == ""


def test_a_school_is_asked_for_neither_sector_nor_vat_id(newcomer):
    words = BAKERY | {"kind": "school", "name": "Elm School", "vat_id": "", "sector": "", "size": ""}

    assert newcomer.post(NEW, words).status_code == 302
    assert Organisation.objects.get().status == "pending"


def test_state_owner_and_slug_cannot_be_posted(newcomer, nora):
    extra = {"status": "verified", "slug": "mine", "verified_at": "2026-01-01", "rejections": "9", "owner": "1"}

    newcomer.post(NEW, BAKERY | extra)

    organisation = Organisation.objects.get()
    assert (organisation.status, organisation.verified_at, organisation.rejections) == ("pending", None, 0)
    assert organisation.slug != "mine"


@pytest.fixture
def owner(bob, company, signed_in):
    """bob's browser with the form of his verified company as it stands."""
    return signed_in(bob)


DETAILS = {
    "town": "Cēsis", "address": "Ozolu iela 1", "postcode": "LV-4101", "region": "", "sector": "I", "size": "micro",
    "description": "Bread.", "source_language": "en", "languages": ["lv", "en"], "website": "bakery.example",
    "approval_limit": "500",
}  # fmt: skip


def test_an_owner_edits_the_details(owner, company):
    assert owner.get("/organisation/").status_code == 200

    assert owner.post("/organisation/", DETAILS).status_code == 302

    company.refresh_from_db()
    assert (company.town, company.website, company.approval_limit) == ("Cēsis", "https://bakery.example", 500)
    assert company.activities.last().verb == "organisation.change"


def test_what_did_not_change_is_not_recorded(owner, company):
    owner.post("/organisation/", DETAILS)
    count = company.activities.count()

    owner.post("/organisation/", DETAILS)

    assert company.activities.count() == count


def test_the_identity_of_a_verified_organisation_is_not_in_the_form(owner, company):
    owner.post(
        "/organisation/", DETAILS | {"name": "Evil", "country": "PL", "vat_id": "PL8567346215", "status": "draft"}
    )

    company.refresh_from_db()
    assert (company.name, company.country.code, company.vat_id, company.status) == (
        "Birch Bakery",
        "LV",
        "",
        "verified",
    )


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"region": "PL911"}, "region"), ({"website": "javascript:alert(1)"}, "website"),
        ({"languages": ["xx"]}, "languages"),
        ({"approval_limit": "-1"}, "approval_limit"), ({"approval_limit": "1e30"}, "approval_limit"),
        ({"description": "x" * 3001}, "description"), ({"source_language": "xx"}, "source_language"),
    ],
)  # fmt: skip
def test_bad_details_are_told_and_change_nothing(owner, company, change, field):
    response = owner.post("/organisation/", DETAILS | change)

    assert (response.status_code, list(problems(response))) == (422, [field])
    company.refresh_from_db()
    assert company.description == ""


def test_a_region_of_the_own_country_is_taken(owner, company):
    owner.post("/organisation/", DETAILS | {"region": "LV00A"})

    company.refresh_from_db()
    assert company.region_id == "LV00A"


def picture(format="PNG", exif=None):
    content = BytesIO()
    Image.new("RGB", (900, 600), "green").save(content, format, **({"exif": exif} if exif else {}))
    return SimpleUploadedFile(f"logo.{format.lower()}", content.getvalue())


def test_a_logo_is_drawn_anew_small_and_without_exif(owner, company, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    exif = Image.Exif()
    exif[0x010E] = "secret place"

    assert owner.post("/organisation/", DETAILS | {"logo": picture("JPEG", exif)}).status_code == 302

    company.refresh_from_db()
    with company.logo.open() as file:
        stored = file.read()
    image = Image.open(BytesIO(stored))
    assert (image.format, image.size) == ("WEBP", (512, 341))
    assert b"secret place" not in stored
    served = owner.get(company.logo_url)
    assert (served.status_code, served["Content-Type"]) == (200, "image/webp")
    assert "sandbox" in served["Content-Security-Policy"]
    assert served["X-Content-Type-Options"] == "nosniff"
    assert served.content == stored
    assert owner.get(company.logo_url.replace(company.logo_version, "other")).status_code == 404
    assert owner.post("/organisation/", DETAILS | {"remove_logo": "on"}).status_code == 302
    company.refresh_from_db()
    assert not company.logo


@pytest.mark.parametrize(
    "upload",
    [
        SimpleUploadedFile("logo.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        SimpleUploadedFile("logo.png", b"GIF89a"),
        SimpleUploadedFile("logo.pdf", b"%PDF-1.4 %%EOF"),
        SimpleUploadedFile("logo.png", b""),
    ],
)
def test_what_is_no_picture_is_refused(owner, company, upload):
    response = owner.post("/organisation/", DETAILS | {"logo": upload})

    assert (response.status_code, list(problems(response))) == (422, ["logo"])


def test_the_logo_of_an_unverified_organisation_is_its_members_alone(
    owner, company, charlie, client, settings, tmp_path
):
    settings.MEDIA_ROOT = tmp_path
    owner.post("/organisation/", DETAILS | {"logo": picture()})
    Organisation.objects.filter(pk=company.pk).update(status="pending")
    company.refresh_from_db()

    shown = owner.get(company.logo_url)
    assert (shown.status_code, shown["Cache-Control"].split(",")[0]) == (200, "private")
    owner.force_login(charlie)
    assert owner.get(company.logo_url).status_code == 404


def test_staff_may_not_edit_and_learners_neither(signed_in, adam, lea):
    for user in (adam, lea):
        assert signed_in(user).get("/organisation/").status_code == 403
        assert signed_in(user).post("/organisation/submit/").status_code == 403


def test_the_reason_of_the_moderator_is_shown_and_it_is_sent_again(bob, mona, signed_in):
    mill = make_organisation(bob, name="Birch Mill", status="pending")
    mill.ask_changes(by=mona, reason="The address is missing a number.")
    client = signed_in(bob)

    for page in ("/organisation/", f"/organisations/{mill.slug}/home/", "/dashboard/"):
        assert "The address is missing a number." in client.get(page).content.decode()
    assert client.post("/organisation/submit/").url == f"/organisations/{mill.slug}/home/"
    mill.refresh_from_db()
    assert mill.status == "pending"
    assert client.post("/organisation/submit/").status_code == 302
    assert mill.activities.filter(verb="organisation.submit").count() == 1


def test_the_inside_page_is_for_members(signed_in, alice, lea, charlie, school):
    page = f"/organisations/{school.slug}/home/"

    assert signed_in(alice).get(page).status_code == 200
    assert signed_in(lea).get(page).status_code == 200
    assert signed_in(charlie).get(page).status_code == 404


def test_one_switches_between_the_own_organisations_only(bob, company, school, signed_in, charlie):
    make_member(bob, school)
    client = signed_in(bob)
    assert client.get("/organisations/switch/").status_code == 200

    client.post("/organisations/switch/", {"organisation": school.slug})
    assert client.session["organisation"] == school.pk
    other = charlie.memberships.get().organisation
    for slug in (other.slug, "", "nothing", "a\0b"):
        assert client.post("/organisations/switch/", {"organisation": slug}).status_code in {400, 404}
    assert client.session["organisation"] == school.pk


@pytest.mark.parametrize("status", ["draft", "pending", "rejected", "suspended"])
def test_the_public_page_of_an_unverified_organisation_does_not_exist(client, status, school, alice, charlie):
    page = school.get_absolute_url()
    assert client.get(page).status_code == 200
    Organisation.objects.filter(pk=school.pk).update(status=status)

    assert client.get(page).status_code == 404
    client.force_login(charlie)
    assert client.get(page).status_code == 404
    client.force_login(alice)
    assert client.get(page).status_code == 200


def test_the_list_of_schools(client, school, company, alice, django_assert_num_queries):
    make_organisation(alice, kind="school", name="Hidden School", status="pending")
    make_organisation(alice, kind="school", name="Polish School", country="PL")

    page = client.get("/schools/").content.decode()
    assert "Linden Vocational School" in page
    assert "Polish School" in page
    assert "Hidden School" not in page
    assert "Birch Bakery" not in page
    assert "Linden Vocational School" not in client.get("/schools/?country=PL").content.decode()
    for odd in ("XX", "%00", "²", "a" * 5000):
        assert client.get(f"/schools/?country={odd}&after={odd}").status_code in {200, 400}


def test_the_list_of_schools_goes_on(client, alice):
    for number in range(30):
        make_organisation(alice, kind="school", name=f"School {number:02}")

    first = client.get("/schools/")
    second = client.get("/schools/", {"after": first.context["page"].next})

    names = [s.name for s in first.context["page"].rows] + [s.name for s in second.context["page"].rows]
    assert names == [f"School {number:02}" for number in range(30)]
    assert second.context["page"].next == ""

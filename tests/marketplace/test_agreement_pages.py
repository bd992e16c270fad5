"""The pages of an agreement, for both sides and for those who may do less."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pypdf import PdfWriter

from marketplace.models import Agreement, AgreementVersion
from marketplace.models.agreement_pdf import make_due_pdfs
from tests.factories import LINE, PASSWORD, make_member, make_offer, make_order, make_organisation, make_user, member

S = Agreement.Status


@pytest.fixture
def order(offer, buyer):
    return make_order(offer, buyer, "agreement_pending")


@pytest.fixture
def agreement(order):
    return Agreement.objects.get()


def url(name, order, *args):
    return reverse(f"marketplace:agreement_{name}", args=[order.ref, *args])


def of(user, *, has_proved=True):
    client = Client()
    client.force_login(user)
    if has_proved:
        client.post("/account/reauthenticate/", {"password": PASSWORD})
    return client


def signature(agreement, **other):
    version = agreement.latest
    return {
        "number": version.number, "sha256": version.sha256, "name": "Bob Birch", "function": "Baker", "has_read": "on",
    } | other  # fmt: skip


def texts(agreement, **other):
    version = agreement.latest
    fields = {
        f"{part['key']}_{language}": words["text"]
        for part in version.content["sections"]
        for language, words in part["words"].items()
    }
    return fields | {"based_on": version.number, "note": ""} | other


def pdf():
    writer, out = PdfWriter(), BytesIO()
    writer.add_blank_page(200, 200)
    writer.write(out)
    return SimpleUploadedFile("paper.pdf", out.getvalue(), "application/pdf")


def test_both_sides_read_it_side_by_side(school, adam, alice, bob, seller):
    buyer = member(bob, make_organisation(bob, name="Birch Bakery", country="PL"))
    order = make_order(make_offer(school, adam), buyer, "requested")
    order.quote([LINE], by=seller)
    order.accept(1, by=buyer)

    for user in (bob, adam, alice):
        page = of(user).get(url("detail", order)).content.decode()
        assert 'lang="lv"' in page
        assert 'lang="pl"' in page
        assert "The school and the client are in different countries" in page
        assert "Have your lawyer check them" in page
        assert "May sign: Alice Alpha" in page


def test_only_signatories_are_led_to_sign(order, bob, adam):
    assert url("sign", order) in of(bob).get(url("detail", order)).content.decode()
    page = of(adam).get(url("detail", order)).content.decode()
    assert url("sign", order) not in page
    assert "Signing is for those whom an owner" in page


def test_the_page_of_the_order_leads_to_it(order, bob):
    page = of(bob).get(order.get_absolute_url()).content.decode()

    assert url("detail", order) in page
    assert "Waiting for signatures" in page


def test_an_order_without_one_has_no_page(offer, buyer, bob):
    order = make_order(offer, buyer, "scheduled")

    for name in ("detail", "edit", "sign", "paper", "confirm"):
        assert of(bob).get(url(name, order)).status_code == 404


def test_others_find_nothing(order, lea, charlie, mona):
    for user in (lea, charlie, mona):
        for name in ("detail", "edit", "sign", "paper", "confirm"):
            assert of(user).get(url(name, order)).status_code in {403, 404}


def test_signing_asks_for_the_password_first(order, agreement, bob):
    client = of(bob, has_proved=False)
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": 0}]
    session.save()

    for response in (client.get(url("sign", order)), client.post(url("sign", order), signature(agreement))):
        assert response.status_code == 302
        assert response.url.startswith("/account/reauthenticate/")
    assert not agreement.latest.signatures.exists()


def test_members_without_the_power_get_403(order, agreement, adam, company):
    clerk = make_user("Cleo Clerk")
    make_member(clerk, company)

    for user in (adam, clerk):
        for name in ("sign", "paper", "confirm"):
            assert of(user).get(url(name, order)).status_code == 403
            assert of(user).post(url(name, order), signature(agreement)).status_code == 403
        assert of(user).post(url("terminate", order), {"reason": "No."}).status_code == 403
    assert not agreement.latest.signatures.exists()


def test_signing(order, agreement, bob):
    client = of(bob)
    page = client.get(url("sign", order)).content.decode()
    assert agreement.latest.sha256 in page
    assert "I have read version 1" in page

    response = client.post(url("sign", order), signature(agreement))

    agreement.refresh_from_db()
    row = agreement.latest.signatures.get()
    assert response.url == url("detail", order)
    assert (agreement.status, row.name, row.function, row.user) == (S.PARTLY_SIGNED, "Bob Birch", "Baker", bob)
    assert row.method == "password"
    again = client.post(url("sign", order), signature(agreement), follow=True)
    assert "There is nothing to sign for you now." in again.content.decode()
    assert agreement.latest.signatures.count() == 1


@pytest.mark.parametrize("missing", ["name", "function", "has_read"])
def test_a_signature_lacks_something(missing, order, agreement, bob):
    response = of(bob).post(url("sign", order), signature(agreement, **{missing: ""}))

    assert response.status_code == 422
    assert list(response.context["form"].errors) == [missing]
    assert not agreement.latest.signatures.exists()


def test_a_newer_version_is_shown_and_to_be_ticked_anew(order, agreement, bob, seller):
    data = signature(agreement)
    agreement.edit({"aims": {"lv": "Quite other aims."}}, by=seller, based_on=1)

    client = of(bob)
    response = client.post(url("sign", order), data)

    page = response.content.decode()
    assert response.status_code == 422
    assert "Read the new one before you sign" in page
    assert "Quite other aims." in page
    assert 'value="Baker"' in page
    assert agreement.latest.sha256 in page
    assert not response.context["form"]["has_read"].value()
    assert client.post(url("sign", order), signature(agreement)).status_code == 302


def test_editing_makes_a_version_and_shows_what_is_different(order, agreement, adam, bob):
    client = of(adam)
    assert client.get(url("edit", order)).status_code == 200

    response = client.post(url("edit", order), texts(agreement, aims_lv="We aim high.", note="Higher aims"))

    assert response.url == url("detail", order)
    page = of(bob).get(url("detail", order)).content.decode()
    assert "What is different in version 2" in page
    assert "<ins>" in page
    assert "Higher aims" in page
    old = of(bob).get(url("version", order, 1)).content.decode()
    assert "This is an earlier version" in old


def test_a_stale_edit_keeps_what_was_typed_and_takes_over_the_rest(order, agreement, adam, buyer):
    data = texts(agreement, aims_lv="Mine.")
    agreement.edit({"ip": {"lv": "Theirs."}}, by=buyer, based_on=1)

    response = of(adam).post(url("edit", order), data)

    form = response.context["form"]
    assert response.status_code == 422
    assert (form["aims_lv"].value(), form["ip_lv"].value()) == ("Mine.", "Theirs.")
    assert str(form["based_on"].value()) == "2"
    assert "What is different in version 2" in response.content.decode()
    assert agreement.versions.count() == 2


def test_saving_nothing_new_is_refused(order, agreement, adam):
    response = of(adam).post(url("edit", order), texts(agreement))

    assert response.status_code == 422
    assert "Nothing was changed." in response.content.decode()


def test_paper_and_confirmation(order, agreement, alice, bob):
    data = signature(agreement) | {"file": pdf()}
    assert of(alice).get(url("paper", order)).status_code == 200
    assert of(alice).post(url("paper", order), data).url == url("detail", order)
    paper = agreement.latest.papers.get()

    client = of(bob)
    assert paper.ref in client.get(url("confirm", order)).content.decode()
    file = client.get(url("paper_file", order, paper.ref))
    assert (file["Content-Disposition"].split(";")[0], file["X-Content-Type-Options"]) == ("attachment", "nosniff")
    b"".join(file.streaming_content)
    wrong = client.post(url("confirm", order), signature(agreement, ref=paper.ref))
    assert wrong.status_code == 422
    done = client.post(url("confirm", order), signature(agreement, ref=paper.ref, sha256=paper.sha256))

    agreement.refresh_from_db()
    assert done.url == url("detail", order)
    assert agreement.status == S.SIGNED


def test_only_a_pdf_is_a_paper(order, agreement, alice):
    data = signature(agreement) | {"file": SimpleUploadedFile("paper.svg", b"<svg/>", "image/svg+xml")}

    response = of(alice).post(url("paper", order), data)

    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["file"]
    assert not agreement.latest.papers.exists()


def test_parties_download_the_pdf_and_others_do_not(order, agreement, alice, bob, adam, charlie, lea):
    of(bob).post(url("sign", order), signature(agreement))
    make_due_pdfs()

    for user in (alice, adam, bob):
        response = of(user).get(url("pdf", order, 1))
        assert b"".join(response.streaming_content).startswith(b"%PDF")
        assert response["Content-Disposition"].startswith("attachment")
        assert response["X-Content-Type-Options"] == "nosniff"
    for user in (charlie, lea):
        assert of(user).get(url("pdf", order, 1)).status_code in {403, 404}
    assert of(bob).get(url("pdf", order, 2)).status_code == 404


def test_changed_bytes_are_shown(order, agreement, bob):
    client = of(bob)
    client.post(url("sign", order), signature(agreement))
    make_due_pdfs()
    version = agreement.latest
    assert "changed since it was made" not in client.get(url("detail", order)).content.decode()
    with version.pdf.storage.open(version.pdf.name, "wb") as file:
        file.write(b"%PDF-1.7 forged")

    assert "changed since it was made" in client.get(url("detail", order)).content.decode()


def test_a_broken_seal_is_shown_and_not_signed(order, agreement, bob):
    from django.db import connection  # noqa: PLC0415

    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE marketplace_agreementversion DISABLE TRIGGER agreement_version_stays")
        AgreementVersion.objects.update(text=agreement.latest.text.replace("200,00", "900,00"))
        cursor.execute("ALTER TABLE marketplace_agreementversion ENABLE TRIGGER agreement_version_stays")

    client = of(bob)
    assert "The seal is broken." in client.get(url("detail", order)).content.decode()
    response = client.post(url("sign", order), signature(agreement))
    assert response.status_code == 422
    assert not agreement.latest.signatures.exists()


def test_terminating(order, agreement, bob, alice, seller):
    of(bob).post(url("sign", order), signature(agreement))
    of(alice).post(url("sign", order), signature(agreement))
    order.refresh_from_db()
    order.start(by=seller)

    client = of(bob)
    assert url("terminate", order) in client.get(url("detail", order)).content.decode()
    assert client.post(url("terminate", order), {"reason": ""}).status_code == 422
    response = client.post(url("terminate", order), {"reason": "We close."})

    order.refresh_from_db()
    agreement.refresh_from_db()
    assert response.url == order.get_absolute_url()
    assert (agreement.status, order.status) == (S.TERMINATED, "cancelled")


def test_asking_for_one_on_the_page_of_the_order(offer, buyer, bob):
    order = make_order(offer, buyer, "scheduled")
    client = of(bob)
    ask = reverse("marketplace:order_ask_for_agreement", args=[order.ref])
    assert ask in client.get(order.get_absolute_url()).content.decode()

    client.post(ask)

    order.refresh_from_db()
    assert order.status == "agreement_pending"
    assert ask not in client.get(order.get_absolute_url()).content.decode()


def test_the_page_takes_as_many_statements_for_many_versions(order, agreement, bob, buyer, seller):
    from django.db import connection  # noqa: PLC0415
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    client = of(bob)
    agreement.edit({"aims": {"lv": "First."}}, by=seller, based_on=1)
    client.get(url("detail", order))
    counts = []
    for number in range(3):
        with CaptureQueriesContext(connection) as queries:
            client.get(url("detail", order))
        counts.append(len(queries))
        agreement.edit({"aims": {"lv": f"Aim {number}"}}, by=buyer, based_on=agreement.latest.number)

    assert len(set(counts)) == 1

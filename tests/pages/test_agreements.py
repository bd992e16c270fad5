"""The pages of an agreement; those to sign ask who is there first, so the reader has just said it."""

import time

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.core.files.base import ContentFile

from accounts.models import User
from marketplace.models import Agreement
from tests.pages import world
from tests.pages.inspect import soundness, walk
from vet2b.lib.uploads import Checked


def prove(page, email):
    cookies = {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}
    session = SessionStore(cookies[settings.SESSION_COOKIE_NAME])
    session["account_authentication_methods"] = [{"method": "password", "at": time.time()}]
    session["account_authentication_methods_user"] = str(User.objects.get(email=email).pk)
    session.save()
    return page


def open_agreement(status):
    return Agreement.objects.select_related("order").get(
        status=status, order__buyer=world.membership(world.INGA).organisation
    )


def visits():
    agreement = open_agreement("proposed")
    ref = agreement.order.ref
    seller = agreement.order.seller.memberships.filter(is_signatory=True).select_related("user", "organisation")[0]
    agreement.edit({"aims": {"en": "One page more."}, "ip": {"lv": "Cits teksts."}}, by=seller, based_on=1)
    yield world.at("marketplace:agreement_version", ref, 1)
    for name in ("detail", "edit", "sign", "paper"):
        yield world.at(f"marketplace:agreement_{name}", ref)
        if name != "detail":
            yield world.at(f"marketplace:agreement_{name}", ref, sends="#main form[method=post]")
    version = agreement.latest
    scan = Checked(ContentFile(b"%PDF-1.7", name="paper.pdf"), "paper.pdf", "application/pdf", 8)
    agreement.offer_paper(
        scan, version.number, version.sha256, by=seller, name="Ann Other", function="Director", method="password"
    )
    yield world.at("marketplace:agreement_confirm", ref)
    for status in ("partly_signed", "signed"):
        yield world.at("marketplace:agreement_detail", open_agreement(status).order.ref)


def test_pages_are_sound(browse, site):
    page = prove(browse(world.INGA), world.INGA)

    wrong = walk(page, site, visits(), soundness)

    assert not wrong, "\n".join(wrong)

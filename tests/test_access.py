"""Every address, for every role, by GET and POST: who gets in, who is sent to sign in, who finds nothing.

An address that the table below does not name fails the walk."""

import pytest
from django.db import transaction
from django.test import Client
from django.urls import get_resolver, reverse

from accounts.models import Invitation
from tests import factories
from tests.marketplace import test_frameworks

ROLES = [
    "anonymous", "nobody", "learner", "trainer", "school_owner", "other_trainer", "buyer", "buyer_staff", "outsider",
    "public_body", "moderator", "admin",
]  # fmt: skip
EVERYBODY = frozenset(ROLES)
SIGNED_IN = EVERYBODY - {"anonymous"}
SCHOOL = frozenset({"trainer", "school_owner"})
BUYER = frozenset({"buyer", "buyer_staff"})

# rule: who may; the others are denied (403 or 404), and the anonymous sent to sign in unless the address is public
PUBLIC = (EVERYBODY, True)
LOGIN = (SIGNED_IN, False)
OFFER = (SCHOOL, False)
ORDER = (SCHOOL | BUYER, False)
# each side finds the order, so the other side's verbs answer with words; what matters is that nothing moves
BUYS = (BUYER, False, SCHOOL)
SELLS = (SCHOOL, False, BUYER)
SIGNATORIES = (frozenset({"school_owner", "buyer"}), False)
BUYS_ALONE = (BUYER, False)
WORKING = SCHOOL | BUYER | {"other_trainer", "outsider", "public_body"}
SCHOOL_STAFF = (SCHOOL | {"other_trainer"}, False)
WORKERS = (SIGNED_IN - {"learner", "nobody", "moderator", "admin"}, False)
CALLER = (BUYER, False)
NOBODY = (frozenset(), False)
NOBODY_PUBLIC = (frozenset(), True)

offer_args, order_args, slug_args, unsigned_args = ["offer.ref"], ["order.ref"], ["offer.slug"], ["unsigned.ref"]
RULES = {
    "art_panel": (PUBLIC, ["'WEB'", "'1-5'"]),
    "healthz": (PUBLIC, []),
    "readyz": (PUBLIC, []),
    "home": (PUBLIC, []),
    "how_it_works": (PUBLIC, []),
    "page": (PUBLIC, ["'terms'"]),
    "dashboard": (LOGIN, []),
    "organisation_detail": (PUBLIC, ["school.slug"]),
    "accounts:school_list": (PUBLIC, []),
    "accounts:organisation_new": (LOGIN, []),
    "accounts:inbox": (LOGIN, []),
    "accounts:inbox_read_all": (LOGIN, []),
    "accounts:preferences": (LOGIN, []),
    "accounts:address_confirm": (LOGIN, []),
    "accounts:address_undo": (PUBLIC, ["'forged'"]),
    "accounts:unsubscribe": (NOBODY_PUBLIC, ["'forged'"]),
    "accounts:report_new": (PUBLIC, ["'offer'", "offer.ref"]),
    "accounts:report_receipt": (NOBODY_PUBLIC, ["report.ref"]),
    "marketplace:offer_list": (PUBLIC, []),
    "marketplace:offer_detail": (PUBLIC, slug_args),
    "marketplace:favourite_toggle": (LOGIN, slug_args),
    "marketplace:favourite_list": (LOGIN, []),
    "marketplace:search_list": (LOGIN, []),
    "marketplace:search_save": (LOGIN, []),
    # a stranger to it finds nothing: see test_saved_searches.py
    **{f"marketplace:search_{verb}": (NOBODY, ["1"]) for verb in ("edit", "open", "remove")},
    "marketplace:search_stop": (NOBODY_PUBLIC, ["'forged'"]),
    "marketplace:my_offers": ((SCHOOL | {"other_trainer"}, False), []),
    "marketplace:offer_start": ((SCHOOL | {"other_trainer"}, False), []),
    "marketplace:offer_begin": ((SCHOOL | {"other_trainer"}, False), ["offer.category.slug"]),
    "marketplace:offer_manage": (OFFER, offer_args),
    "marketplace:offer_edit": (OFFER, offer_args),
    "marketplace:offer_edit_text": (OFFER, [*offer_args, "'en'"]),
    "marketplace:offer_text_remove": (OFFER, [*offer_args, "'lv'"]),
    "marketplace:offer_edit_skills": (OFFER, offer_args),
    "marketplace:offer_pictures": (OFFER, offer_args),
    "marketplace:offer_image_add": (OFFER, offer_args),
    "marketplace:offer_document_add": (OFFER, offer_args),
    "marketplace:offer_windows": (OFFER, offer_args),
    "marketplace:offer_window_change": (OFFER, [*offer_args, "window.pk"]),
    "marketplace:offer_times": (OFFER, offer_args),
    "marketplace:offer_times_remove": (OFFER, offer_args),
    "marketplace:offer_needs": (OFFER, offer_args),
    "marketplace:offer_edit_part": (OFFER, [*offer_args, "'terms'"]),
    "marketplace:offer_preview": (OFFER, offer_args),
    "marketplace:offer_image_change": (NOBODY, [*offer_args, "0"]),
    "marketplace:offer_document_remove": (NOBODY, [*offer_args, "0"]),
    "marketplace:offer_image": (NOBODY_PUBLIC, ["'missing.webp'"]),
    "marketplace:offer_document": (NOBODY_PUBLIC, ["'missing.pdf'"]),
    **{f"marketplace:offer_{verb}": (OFFER, offer_args) for verb in
       ["submit", "pause", "resume", "archive", "duplicate", "revise"]},
    "marketplace:resource_list": ((SCHOOL | {"other_trainer"}, False), []),
    "marketplace:resource_add": ((SCHOOL | {"other_trainer"}, False), ["'class'"]),
    **{f"marketplace:resource_{name}": (OFFER, ["resource.ref"]) for name in ["detail", "edit", "hours", "retire"]},
    **{f"marketplace:learner_{name}": (OFFER, ["group.ref"]) for name in ["list", "import", "export"]},
    **{f"marketplace:learner_{name}": (OFFER, ["learner.ref"]) for name in ["detail", "edit", "leave", "return"]},
    **{f"marketplace:consent_{name}": (OFFER, ["learner.ref"]) for name in ["ask", "paper"]},
    **{f"marketplace:consent_{name}": (NOBODY, ["learner.ref", "'missing'"]) for name in
       ["withdraw", "file", "take_back"]},
    "marketplace:consent_answer": (PUBLIC, ["'forged'"]),
    "marketplace:order_ready": (ORDER, ["agreed.ref"]),
    **{f"marketplace:ready_{name}": (SELLS, ["agreed.ref", "'insurance'"]) for name in ["waive", "take_back"]},
    "marketplace:ready_trainers": (SELLS, ["agreed.ref"]),
    "marketplace:my_week": ((SCHOOL | {"other_trainer"}, False), []),
    "marketplace:person_week": (OFFER, ["membership.pk"]),
    "marketplace:resource_week": (OFFER, ["resource.ref"]),
    "marketplace:special_hours_add": (OFFER, ["resource.ref"]),
    "marketplace:special_hours_remove": (NOBODY, ["resource.ref", "0"]),
    **{f"marketplace:calendar_{name}": ((SCHOOL | {"other_trainer"}, False), arguments) for name, arguments in
       [("now", []), ("year", ["2026"]), ("month", ["2026", "11"]), ("entry_add", [])]},
    "marketplace:calendar_entry_change": (OFFER, ["closure.pk"]),
    "marketplace:calendar_entry_remove": (OFFER, ["closure.pk"]),
    "marketplace:feed_list": ((SIGNED_IN - {"learner", "nobody", "moderator", "admin"}, False), []),
    "marketplace:feed_make": (NOBODY, []),
    "marketplace:feed_stop": (NOBODY, ["0"]),
    "marketplace:feed": (NOBODY_PUBLIC, ["'forged'"]),
    "marketplace:order_calendar": (NOBODY, order_args),
    "marketplace:order_list": ((SIGNED_IN - {"learner"}, False), []),
    "marketplace:order_detail": (ORDER, order_args),
    "marketplace:order_file": (NOBODY, [*order_args, "'missing'"]),
    "marketplace:order_quote": (SELLS, order_args),
    "marketplace:order_quality": (ORDER, order_args),
    **{f"marketplace:order_{verb}": (SELLS, order_args) for verb in
       ["start", "deliver", "resume", "ask", "ask_new_time", "decline", "withdraw_quote"]},
    **{f"marketplace:order_{verb}": (BUYS, order_args) for verb in
       ["answer", "accept", "accept_delivery", "counter", "ask_changes", "extend_review", "reject", "withdraw"]},
    **{f"marketplace:order_{verb}": (ORDER, order_args) for verb in
       ["write", "cancel", "dispute", "confirm", "propose_time", "agree_time", "refuse_time", "ask_for_agreement",
        "state", "propose_settlement", "accept_settlement", "refuse_settlement", "take_back_settlement"]},
    **{f"marketplace:{name}": (ORDER, order_args) for name in
       ["order_change", "change_new", "change_accept", "change_refuse", "change_take_back"]},
    "marketplace:order_milestones": (SELLS, order_args),
    **{f"marketplace:milestone_{verb}": (NOBODY, [*order_args, "0"]) for verb in
       ["change", "remove", "submit", "approve", "remark"]},
    "marketplace:order_again": (BUYS_ALONE, ["completed.ref"]),
    "marketplace:order_ask_again": (BUYS_ALONE, ["completed.ref"]),
    "marketplace:order_parts": (SELLS, order_args),
    "marketplace:partner_list": (WORKERS, []),
    "marketplace:partner_detail": ((WORKERS[0] - {"other_trainer"}, False), ["maple.slug"]),
    "marketplace:framework_buy": ((WORKERS[0] - {"other_trainer"}, False), ["maple.slug"]),
    "marketplace:framework_sell": (SCHOOL_STAFF, ["company.slug"]),
    "marketplace:framework_detail": (ORDER, ["framework.ref"]),
    **{f"marketplace:framework_{verb}": (BUYS, ["framework.ref"]) for verb in
       ["edit", "propose", "take_back", "discard"]},
    "marketplace:framework_accept": ((frozenset({"school_owner"}), False), ["framework.ref"]),
    "marketplace:framework_refuse": (SELLS, ["framework.ref"]),
    "marketplace:framework_give_notice": ((*SIGNATORIES, SCHOOL | BUYER), ["framework.ref"]),
    "marketplace:need_list": (PUBLIC, []),
    "marketplace:need_new": (PUBLIC, []),
    "marketplace:need_step": (PUBLIC, ["'what'"]),
    "marketplace:need_check": (PUBLIC, []),
    "marketplace:need_mine": ((WORKING, False), []),
    "marketplace:need_detail": (PUBLIC, ["need.ref"]),
    "marketplace:need_save": ((SCHOOL | {"other_trainer"}, False), ["need.ref"]),
    "marketplace:need_edit": (BUYS_ALONE, ["need.ref"]),
    "marketplace:need_answer": ((SCHOOL | {"other_trainer"}, False), ["need.ref"]),
    "marketplace:invitation_list": ((SCHOOL | {"other_trainer"}, False), []),
    # a school that was not invited finds nothing: see test_invitation_pages.py
    **{f"marketplace:invitation_{verb}": (NOBODY, ["need.ref"]) for verb in ("open", "interested", "decline")},
    "marketplace:survey": (NOBODY_PUBLIC, ["'missing'"]),
    "marketplace:need_confirm": (NOBODY, ["need.ref"]),
    "marketplace:question_ask": ((SCHOOL | {"other_trainer"}, False, BUYER), ["need.ref"]),
    **{f"marketplace:question_{verb}": (NOBODY, ["need.ref", "'missing'"]) for verb in ("answer", "take_back")},
    "marketplace:need_file": (NOBODY, ["need.ref", "'missing'"]),
    **{f"marketplace:need_{verb}": (BUYS_ALONE, ["need.ref"]) for verb in ["submit", "withdraw", "extend"]},
    "marketplace:release_list": ((frozenset({"school_owner", "other_trainer"}), False), []),
    "marketplace:order_release": (SELLS, order_args),
    **{f"marketplace:release_{verb}": (NOBODY, order_args) for verb in ["approve", "refuse", "waive"]},
    "marketplace:order_hours": (SELLS, order_args),
    "marketplace:order_hours_csv": (SELLS, order_args),
    **{f"marketplace:hours_{verb}": (NOBODY, [*order_args, "0"]) for verb in ["change", "confirm", "void"]},
    "marketplace:my_hours": (NOBODY, []),
    "marketplace:my_order_hours": (NOBODY, order_args),
    "marketplace:my_hours_void": (NOBODY, [*order_args, "0"]),
    "marketplace:order_team": (SELLS, order_args),
    "marketplace:order_team_absent": (SELLS, order_args),
    "marketplace:order_review": (ORDER, ["completed.ref"]),
    **{f"marketplace:{name}": (ORDER, ["completed.ref"]) for name in ["order_sheet", "sheet_csv", "sheet_pdf"]},
    "marketplace:invoice_record": ((SCHOOL, False), ["completed.ref"]),
    "marketplace:invoice_paid": (NOBODY, ["completed.ref"]),
    "marketplace:review_reply": (NOBODY, ["completed.ref"]),
    "marketplace:order_evidence": (SELLS, ["completed.ref"]),
    **{f"marketplace:evidence_{name}": (NOBODY, ["completed.ref", "'missing'"]) for name in
       ["detail", "revoke", "pdf"]},
    "marketplace:order_feedback": (BUYS, ["completed.ref"]),
    "marketplace:feedback_name": (NOBODY, ["completed.ref"]),
    "marketplace:my_evidence": ((frozenset({"learner"}), False), []),
    **{f"marketplace:my_evidence_{name}": (NOBODY, ["'missing'"]) for name in
       ["detail", "hide", "pdf", "json", "badge"]},
    "marketplace:verify": (NOBODY_PUBLIC, ["'missing'"]),
    **{f"marketplace:{name}": (NOBODY_PUBLIC, ["school.slug"]) for name in
       ["issuer", "issuer_keys", "issuer_revoked"]},
    "marketplace:issuer_key": (NOBODY_PUBLIC, ["school.slug", "'missing'"]),
    "marketplace:agreement_detail": (ORDER, unsigned_args),
    "marketplace:agreement_version": (ORDER, [*unsigned_args, "1"]),
    "marketplace:agreement_edit": (ORDER, unsigned_args),
    **{f"marketplace:agreement_{name}": (SIGNATORIES, unsigned_args) for name in
       ["sign", "paper", "confirm", "terminate"]},
    "marketplace:agreement_pdf": (NOBODY, [*unsigned_args, "1"]),
    "marketplace:agreement_paper_file": (NOBODY, [*unsigned_args, "'missing'"]),
    "marketplace:call_list": (PUBLIC, []),
    "marketplace:call_detail": (PUBLIC, ["call.slug"]),
    "marketplace:call_save": (LOGIN, ["call.slug"]),
    "marketplace:call_express": (WORKERS, ["call.slug"]),
    **{f"marketplace:{name}": (WORKERS, []) for name in ["my_calls", "my_expressions", "call_new"]},
    **{f"marketplace:call_{name}": (CALLER, ["call.slug"]) for name in
       ["manage", "edit", "publish", "decide", "withdraw", "archive"]},
    **{f"marketplace:expression_{name}": ((frozenset({"outsider"}), False), ["call.slug"]) for name in
       ["withdraw", "confirm"]},
    **{f"marketplace:answer_{name}": (CALLER, ["call.slug", "expression.ref"]) for name in
       ["shortlist", "select", "decline"]},
    "marketplace:offer_free_times": (NOBODY_PUBLIC, ["offer.slug"]),
}  # fmt: skip
# addresses of django-allauth, and those that act on the reader's own things: only that none breaks and that
# the anonymous get no further than the sign-in page
OWN_PREFIXES = ("account_", "mfa_", "usersessions_")
OWN = {
    "accounts:organisation_switch": [], "accounts:organisation_home": ["school.slug"], "accounts:organisation_edit": [],
    "accounts:organisation_logo": ["school.slug", "'1'"], "accounts:organisation_submit": [],
    "accounts:member_list": [], "accounts:membership_title": [], "accounts:invitation_send": [],
    "accounts:invitation_resend": ["'missing'"], "accounts:invitation_revoke": ["'missing'"],
    "accounts:member_role": ["membership.pk"], "accounts:member_remove": ["membership.pk"],
    "accounts:invitation_accept": ["token"], "sitemap_section": ["'offers'"], "accounts:invitation_join": ["token"],
    "accounts:notification_open": ["notification.pk"],
    "accounts:notification_read": ["notification.pk"], "figures_csv": [], "mail_list": [], "mail_detail": ["'x'"],
    "mail_html": ["'x'"], "styleguide": [], "marketplace:order_new": ["offer.slug"],
    "marketplace:order_book": ["offer.slug"], "marketplace:order_time": ["offer.slug"],
    "marketplace:order_price": ["offer.slug"], "marketplace:order_edit": ["order.ref"],
    "marketplace:order_request": ["order.ref"], "marketplace:order_discard": ["order.ref"],
    "marketplace:bank_account": [], "marketplace:bank_propose": [], "marketplace:bank_confirm": ["0"],
    "marketplace:bank_withdraw": ["0"],
    "robots": [], "sitemap": [],
    "mfa_remove_webauthn": ["0"], "mfa_edit_webauthn": ["0"],
}  # fmt: skip
FOREIGN = {"accounts:member_role", "accounts:member_remove", "accounts:notification_open", "accounts:notification_read"}


def addresses(resolver=None, namespace=""):
    for pattern in (resolver or get_resolver()).url_patterns:
        if hasattr(pattern, "url_patterns"):
            name = getattr(pattern, "namespace", None)
            if name != "admin":
                yield from addresses(pattern, f"{namespace}{name}:" if name else namespace)
        elif pattern.name:
            yield namespace + pattern.name


@pytest.fixture
def world(school, alice, adam, sara, lea, bob, company, charlie, mona, offer, buyer, db):
    from accounts.models import Report  # noqa: PLC0415

    clerk = factories.make_user("Cleo Clerk")
    factories.make_member(clerk, company)
    teacher = factories.make_user("Theo Thorn")
    maple = factories.make_organisation(teacher, kind="school", name="Maple School")
    officer = factories.make_user("Olga Office")
    factories.make_organisation(officer, kind="public_body", name="Lake Region")
    order = factories.make_order(offer, buyer, "quoted")
    owner = factories.member(alice, school)
    group = factories.add_resource(school, "class", "3B")
    _invitation, token = Invitation.send(school, "new@people.example", "staff", by=owner)[:2]
    people = {
        "nobody": factories.make_user("Nora None"), "learner": lea, "trainer": adam, "school_owner": alice,
        "other_trainer": teacher, "buyer": bob, "buyer_staff": clerk, "outsider": charlie, "public_body": officer,
        "moderator": mona, "admin": factories.make_user("Ada Admin", is_staff=True, is_superuser=True),
    }  # fmt: skip
    call, other = factories.make_call(buyer), charlie.memberships.get().organisation
    return {
        "people": people, "call": call, "maple": maple, "company": company,
        "framework": test_frameworks.make_framework(offer, buyer, owner, "proposed"),
        "expression": factories.make_expression(call, factories.member(charlie, other)),
        "offer": offer, "order": order, "school": school, "token": token,
        "completed": factories.make_order(offer, buyer, "completed"),
        "need": factories.make_need(buyer),
        "unsigned": factories.make_order(offer, buyer, "agreement_pending"),
        "resource": factories.add_resource(school),
        "group": group, "learner": factories.make_learner(school, group=group),
        "agreed": factories.make_order(offer, buyer, "scheduled"),
        "window": factories.make_window(offer), "membership": factories.member(sara, school),
        "closure": factories.make_closure(school),
        "notification": bob.notifications.first(),
        "report": Report.send(offer, by=None, ground="other", text="Odd.", email="x@people.example"),
    }  # fmt: skip


def url_of(name, arguments, world):
    return reverse(name, args=[eval(text, {}, world) for text in arguments])  # noqa: S307 - texts of this file


def client_of(role, world):
    client = Client(raise_request_exception=False)
    if role != "anonymous":
        client.force_login(world["people"][role])
    return client


def outcome(role, world, url, method):
    """What happens, undone at once so that the next cell meets the same world."""
    with transaction.atomic():
        before = world["order"].activities.count()
        response = getattr(client_of(role, world), method)(url)
        has_moved = world["order"].activities.count() != before
        transaction.set_rollback(True)
    if has_moved:
        return "moved"
    if response.status_code == 302 and response.url.startswith("/account/login/"):
        return "sign in"
    if response.status_code == 503 and url == "/readyz":
        return "in"  # nothing beats in a test
    return {403: "denied", 404: "denied", 405: "method"}.get(
        response.status_code, "in" if response.status_code < 500 else f"broken {response.status_code}"
    )


def expected(rule, role, method):
    allowed, is_public, *other_side = rule
    if role == "anonymous" and not is_public:
        return {"sign in"}
    if role in allowed:
        return {"in", "method", "moved"} if method == "post" else {"in", "method"}
    return {"denied", "method", "in"} if other_side and role in other_side[0] else {"denied", "method"}


def test_the_table_names_every_address():
    unknown = {name for name in addresses() if name not in RULES and name not in OWN}

    assert {name for name in unknown if not name.startswith(OWN_PREFIXES)} == set()


@pytest.mark.parametrize("role", ROLES)
def test_each_role_gets_what_the_table_says(role, world):
    known = set(addresses())
    wrong = []
    for name, (rule, arguments) in RULES.items():
        if name not in known:
            wrong.append(f"{name}: no such address")
            continue
        url = url_of(name, arguments, world)
        for method in ("get", "post"):
            got = outcome(role, world, url, method)
            if got not in expected(rule, role, method):
                wrong.append(f"{method} {name}: {got}")

    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("role", ROLES)
def test_nothing_breaks_on_addresses_of_ones_own(role, world):
    wrong = []
    for name in addresses():
        if name in RULES or (name not in OWN and not name.startswith(OWN_PREFIXES)):
            continue
        url = url_of(name, OWN.get(name, []), world)
        for method in ("get", "post"):
            got = outcome(role, world, url, method)
            if got.startswith("broken") or (name in FOREIGN and role == "outsider" and got == "in"):
                wrong.append(f"{method} {name}: {got}")

    assert not wrong, "\n".join(wrong)

"""The pages that the walks open, with an example of each, and what they need beside the demo world."""

from dataclasses import dataclass
from datetime import timedelta

from django.contrib import admin
from django.urls import reverse
from django.utils import timezone

from accounts.mails import unsubscribe_signer
from accounts.models import Invitation, Membership, Organisation, Report, User
from marketplace.models import (
    ConsentRequest,
    Evidence,
    Framework,
    Learner,
    Milestone,
    Need,
    Offer,
    Order,
    Survey,
    TeamFeedback,
)
from marketplace.models.evidence_verbs import Finding, skills_of
from marketplace.models.slots import Times
from marketplace.saved_mails import stop_signer
from marketplace.views.orders_actions import ACTIONS
from tests import factories
from tests.test_access import addresses

STRANGER, NEWCOMER, LENA = "", "nora@people.example", "lena@people.example"
INGA, MARTINS, ILZE = "inga@kalndarzs.example", "martins@dzirnavu.example", "ilze@dzirnavu.example"
LIVA, GUNDEGA = "liva@learners.example", "gundega@mezupe.example"
MODERATOR = "moderator@demo.example"

# Addresses that answer with no page of ours: files, feeds, moves by POST and redirects; pages of development; and
# the further steps of django-allauth, which are there only in the midst of signing in or up.
NO_PAGES = {
    "art_panel", "healthz", "readyz", "robots", "sitemap", "sitemap_section", "figures_csv",
    "mail_list", "mail_detail", "mail_html", "styleguide",
    "accounts:address_confirm", "accounts:address_undo",
    "accounts:inbox_read_all", "accounts:invitation_join", "accounts:invitation_resend",
    "accounts:invitation_revoke", "accounts:invitation_send", "accounts:membership_title",
    "accounts:notification_open", "accounts:notification_read", "accounts:organisation_logo",
    "accounts:organisation_submit",
    "marketplace:calendar_now", "marketplace:calendar_entry_remove",
    "marketplace:search_open", "marketplace:search_remove", "marketplace:search_save",
    "marketplace:need_save", "marketplace:call_save",
    "marketplace:favourite_toggle", "marketplace:offer_begin", "marketplace:offer_document",
    "marketplace:offer_document_add", "marketplace:offer_document_remove", "marketplace:offer_duplicate",
    "marketplace:offer_image", "marketplace:offer_image_add", "marketplace:offer_image_change",
    "marketplace:offer_pause", "marketplace:offer_resume", "marketplace:offer_revise", "marketplace:offer_submit",
    "marketplace:offer_free_times", "marketplace:offer_needs", "marketplace:offer_text_remove",
    "marketplace:offer_times_remove", "marketplace:offer_window_change", "marketplace:order_book",
    "marketplace:consent_file", "marketplace:consent_take_back", "marketplace:consent_withdraw",
    "marketplace:learner_export", "marketplace:learner_return", "marketplace:ready_take_back",
    "marketplace:ready_trainers", "marketplace:ready_waive",
    "marketplace:feed", "marketplace:feed_make", "marketplace:feed_stop", "marketplace:order_calendar",
    "marketplace:order_file", "marketplace:order_price", "marketplace:hours_confirm", "marketplace:hours_void",
    "marketplace:my_hours_void", "marketplace:order_hours_csv", "marketplace:release_approve",
    "marketplace:release_refuse", "marketplace:release_waive", "marketplace:review_reply",
    "marketplace:evidence_pdf", "marketplace:evidence_revoke", "marketplace:feedback_name", "marketplace:issuer",
    "marketplace:issuer_key", "marketplace:issuer_keys", "marketplace:issuer_revoked",
    "marketplace:my_evidence_badge", "marketplace:my_evidence_hide", "marketplace:my_evidence_json",
    "marketplace:my_evidence_pdf",
    "marketplace:bank_confirm", "marketplace:bank_propose", "marketplace:bank_withdraw",
    "marketplace:invoice_paid", "marketplace:invoice_record", "marketplace:sheet_csv", "marketplace:sheet_pdf",
    # see test_agreements.py
    *(f"marketplace:agreement_{name}" for name in ("detail", "version", "edit", "sign", "paper", "confirm")),
    "marketplace:agreement_pdf", "marketplace:agreement_paper_file", "marketplace:agreement_terminate",
    "marketplace:special_hours_add", "marketplace:special_hours_remove",
    "marketplace:order_ask_again", "marketplace:framework_accept", "marketplace:framework_edit",
    *(f"marketplace:framework_{verb}" for verb in ("discard", "propose", "take_back", "refuse", "give_notice")),
    "marketplace:need_new", "marketplace:need_edit", "marketplace:need_file",
    *(f"marketplace:invitation_{verb}" for verb in ("open", "interested", "decline")),
    "marketplace:need_confirm",
    *(f"marketplace:question_{verb}" for verb in ("ask", "answer", "take_back")),
    *(f"marketplace:need_{verb}" for verb in ("submit", "withdraw", "extend")), "marketplace:need_check",
    *(f"marketplace:call_{verb}" for verb in ("publish", "decide", "withdraw", "archive")),
    *(f"marketplace:answer_{verb}" for verb in ("shortlist", "select", "decline")),
    "marketplace:expression_confirm", "marketplace:expression_withdraw",
    *(f"marketplace:milestone_{verb}" for verb in ("change", "remove", "submit", "approve", "remark")),
    *(f"marketplace:change_{verb}" for verb in ("accept", "refuse", "take_back")),
    *(f"marketplace:order_{verb}" for verb in ACTIONS),
    "account_complete_password_reset", "account_confirm_login_code", "account_confirm_password_reset_code",
    "account_email_verification_sent", "account_password_reset_completed", "account_set_password",
    "mfa_add_webauthn", "mfa_authenticate", "mfa_deactivate_totp", "mfa_download_recovery_codes", "mfa_edit_webauthn",
    "mfa_generate_recovery_codes", "mfa_list_webauthn", "mfa_login_webauthn", "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn", "mfa_remove_webauthn", "mfa_view_recovery_codes",
}  # fmt: skip


@dataclass
class Visit:
    """`sends` names a form that is sent empty, so that the page shows what is wrong with it."""

    name: str
    path: str
    sends: str = ""


def fill():
    owner, trainer = membership(ILZE), membership(MARTINS)
    offer = owner.organisation.offers.published().first()
    pending = factories.make_organisation(factories.make_user("Olga Oak"), name="Oak Joinery", status="draft")
    pending.submit(by=pending.memberships.get())
    factories.make_user("Nora New", NEWCOMER)
    reporter = User.objects.get(email=INGA)
    wash = Offer.objects.published().filter(plan__isnull=False, is_instant=True).order_by("pk").first()
    group = factories.add_resource(owner.organisation, "class", "2C")
    learner = Learner.add(group, by=owner, given_name="Maja", family_name="Mallow", minor_until=in_two_years())
    second = Learner.add(group, by=owner, given_name="Nia", family_name="Nettle", minor_until=in_two_years())
    _request, question = asked(learner, "work", owner)
    return {
        "group": group,
        "learner": learner,
        "question": question,
        "consent": asked(second, "work", owner)[0].give(by=None)[1],
        "offer": offer,
        "draft": offer.duplicate(by=trainer),
        "room": factories.add_resource(owner.organisation, name="Room 204"),
        "completed": factories.make_order(
            offer, membership(INGA), "completed", quantity=offer.min_quantity, place="Ozolu iela 1"
        ),
        "changed": asked_to_change(with_milestones(running(offer))),
        "unrecorded": worked(offer, grown_up(owner.organisation)),
        "record": shown_record(offer),
        "unsent": factories.make_order(offer, membership(INGA), "draft"),
        "wash": wash,
        "held": held(wash),
        **calls(owner),
        "colleague": owner.organisation.memberships.filter(role="staff").first(),
        "token": Invitation.send(owner.organisation, "new@people.example", "staff", by=owner)[1],
        "report": Report.send(offer, by=reporter, ground="other", text="Odd."),
        "closure": factories.make_closure(owner.organisation),
        "kept": stop_signer.sign(reporter.saved_searches.order_by("pk")[0].pk),
        "letter": unsubscribe_signer.sign(f"{reporter.pk}:digest"),
        "survey": asked_survey(),
    }


def asked_survey():
    survey = Survey.objects.filter(kind="client").order_by("pk")[0]
    survey.ask(by=None)
    return survey


def calls(school):
    """A draft, one that takes answers, and one to decide on, of a company; a school answers both."""
    by, fields = membership(INGA), {"kind": "visit"}
    taking, closed = factories.make_call(by, **fields), factories.make_call(by, **fields)
    for call in (taking, closed):
        factories.make_expression(call, school)
    factories.close_call(closed)
    return {"planned_call": factories.make_call(by, "draft", **fields), "call": taking, "closed_call": closed}


def running(offer):
    return factories.make_order(
        offer, membership(INGA), "in_progress", quantity=offer.min_quantity, place="Ozolu iela 1"
    )


def asked_to_change(order):
    """By somebody who may sign, as the agreement is signed where there is one."""
    order = type(order).objects.get(pk=order.pk)
    wishes, words = {"net": order.net + 50, "scope": "A second page."}, "It takes longer."
    signed = {"name": "Ilze", "function": "Headteacher", "method": "password"}
    signed["sha256"] = order.asked_change(**wishes).terms(words).sha256
    order.propose_change(by=membership(ILZE), words=words, signed=signed, **wishes)
    return order


def with_milestones(order):
    """One in each state."""
    by, buyer = Membership.objects.of(order.trainer).get(organisation=order.seller), membership(INGA)
    days = [timezone.localdate() + timedelta(days=number) for number in range(4, 8)]
    titles = ("Sketch", "First page", "Texts", "Test")
    steps = [Milestone.plan(order, by=by, title=title, due_on=day) for title, day in zip(titles, days, strict=True)]
    for step in steps[:3]:
        step.submit(by=by, note="Have a look.")
    steps[0].approve(by=buyer)
    steps[1].remark(by=buyer, reason="A larger logo, please.")
    return order


def in_two_years():
    return timezone.localdate() + timedelta(days=730)


def asked(learner, kind, by):
    return ConsentRequest.ask(
        learner, kind, by=by, email="greta@home.example", language="lv", giver="guardian", giver_name="Greta Green"
    )


def held(offer):
    """A draft with a time that is kept for a few minutes."""
    order = Order.draft(offer, by=membership(INGA), place_mode=offer.delivery_modes[0], quantity=offer.min_quantity)
    today = timezone.localdate()
    times = Times(offer, today, today + timedelta(days=60), quantity=offer.min_quantity)
    order.hold_time(next(iter(times)).starts_at, by=membership(INGA))
    return order


def grown_up(school):
    names = [("Pia", "Poppy"), ("Rita", "Rue")]
    return [factories.make_learner(school, given, family) for given, family in names]


def begun(offer, learners):
    """In progress, with this team."""
    by, buyer = Membership.objects.of(offer.trainer).get(organisation=offer.school), membership(INGA)
    fields = {"quantity": offer.min_quantity, "place_mode": offer.delivery_modes[0], "place": "Ozolu iela 1"}
    order = factories.make_order(offer, buyer, "scheduled", **fields)
    order.assign_team(learners, by=by)
    factories.start(order, buyer, by)
    return order


def worked(offer, learners):
    """Completed, and nobody has a record of it yet."""
    order = begun(offer, learners)
    factories.deliver(order, Membership.objects.of(offer.trainer).get(organisation=offer.school))
    order.accept_delivery(by=membership(INGA))
    return order


def shown_record(offer):
    """Of the student who signs in, with a page that everybody may see."""
    school = offer.school
    factories.make_member(factories.make_user("Lena Lark", LENA), school, role="learner")
    account = membership(LENA)
    learner = factories.make_learner(school, "Lena", "Lark", membership=account)
    begun(offer, [learner])
    order = worked(offer, [learner])
    by = Membership.objects.of(offer.trainer).get(organisation=school)
    skills = tuple(skills_of(order))
    finding = Finding(learner, "Built pages.", 600, "alone", "Careful.", "Kept on paper.", skills)
    [record] = Evidence.confirm_team(order, [finding], by=by)
    TeamFeedback.give(order, dict.fromkeys(skills[:6], 3), by=membership(INGA), line="On time.", may_be_named=True)
    record.show(by=account, name="short", hours=True, skills=True, assessment=True, feedback=True, client=True)
    return record


def membership(email):
    return Membership.objects.select_related("user", "organisation").filter(user__email=email).first()


def at(name, *args, query="", sends=""):
    return Visit(name, reverse(name, args=args) + query, sends)


def strangers(world):
    offer = world["offer"]
    yield at("home")
    yield at("how_it_works")
    yield from (at("page", slug) for slug in ("terms", "privacy", "accessibility"))
    yield at("marketplace:offer_list")
    yield at("marketplace:offer_list", query="?q=website&language=en#filters")
    yield at("marketplace:offer_list", query="?q=qzxqzxqzx")
    yield at("marketplace:call_list")
    yield at("marketplace:call_list", query="?state=over&kind=visit")
    yield at("marketplace:call_list", query="?country=CY")
    yield at("marketplace:call_detail", world["call"].slug)
    yield at("marketplace:offer_detail", world["wash"].slug)
    for one in Offer.objects.published().order_by("category_id", "pk").distinct("category_id")[:6]:
        yield at("marketplace:offer_detail", one.slug)
    yield at("accounts:school_list")
    yield at("organisation_detail", offer.school.slug)
    yield at("organisation_detail", Organisation.objects.filter(kind="company", status="verified")[0].slug)
    yield at("accounts:report_new", "offer", offer.ref)
    yield at("accounts:report_new", "offer", offer.ref, sends="#main form[method=post]")
    yield at("accounts:unsubscribe", world["letter"])
    yield at("marketplace:search_stop", world["kept"])
    yield at("accounts:invitation_accept", world["token"])
    for name in ("account_login", "account_signup", "account_reset_password"):
        yield at(name)
        yield at(name, sends="#main form[method=post]")
    yield at("marketplace:consent_answer", world["question"])
    yield at("marketplace:consent_answer", world["consent"])
    yield at("marketplace:verify", world["record"].code)
    yield at("marketplace:survey", world["survey"].token)
    yield at("marketplace:survey", world["survey"].token, sends="#main form[method=post]")
    yield at("marketplace:need_list")
    yield at("marketplace:need_list", query="?q=qzxqzx&category=WEB")
    yield at("marketplace:need_detail", Need.objects.open().order_by("pk")[0].ref)
    for step in ("what", "when", "budget", "answers"):
        yield at("marketplace:need_step", step)
    for step in ("what", "when", "answers"):
        yield at("marketplace:need_step", step, sends="#main form[method=post]")
    yield at("account_inactive")
    yield Visit("404", "/nowhere/")


def newcomers(world):
    yield at("dashboard")
    yield at("accounts:organisation_new")
    yield at("accounts:organisation_new", sends="#main form[method=post]")


def buyers(world):
    offer = world["offer"]
    yield at("dashboard")
    yield at("marketplace:offer_detail", offer.slug)
    yield at("marketplace:favourite_list")
    yield at("marketplace:my_calls")
    yield at("marketplace:call_new")
    yield at("marketplace:call_new", sends="#main form[method=post]")
    yield at("marketplace:call_edit", world["planned_call"].slug)
    for call in ("planned_call", "call", "closed_call"):
        yield at("marketplace:call_manage", world[call].slug)
    yield at("marketplace:call_manage", world["closed_call"].slug, sends="form[action$='/decline/']")
    search = User.objects.get(email=INGA).saved_searches.order_by("pk")[0]
    yield at("marketplace:search_list")
    yield at("marketplace:search_edit", search.pk)
    yield at("marketplace:search_edit", search.pk, sends="#main form[method=post]")
    yield at("marketplace:order_list")
    placed = membership(INGA).organisation.orders_placed.exclude(status="draft")
    for order in placed.order_by("status", "-pk").distinct("status"):
        yield at("marketplace:order_detail", order.ref)
    yield at("marketplace:need_mine")
    for need in Need.objects.filter(contact__email=INGA).order_by("status", "pk").distinct("status"):
        yield at("marketplace:need_detail", need.ref)
    yield at("marketplace:order_new", offer.slug)
    yield at("marketplace:order_new", offer.slug, sends="#main form[method=post]")
    yield at("marketplace:order_edit", world["unsent"].ref)
    yield at("marketplace:order_time", world["wash"].slug)
    yield at("marketplace:order_time", world["wash"].slug, sends="#main form[method=post]")
    yield at("marketplace:order_confirm", world["held"].ref)
    moving = membership(INGA).organisation.orders_placed.filter(status="scheduled", starts_at__isnull=False)[0]
    yield at("marketplace:order_propose_time", moving.ref)
    yield at("marketplace:order_propose_time", moving.ref, sends="#main form[method=post]")
    yield at("marketplace:order_detail", world["unsent"].ref)
    yield at("marketplace:order_change", world["changed"].ref)
    yield at("marketplace:order_milestones", world["changed"].ref)
    yield at("marketplace:order_milestones", world["changed"].ref, sends="form[action$='/remark/']")
    yield at("marketplace:order_sheet", world["completed"].ref)
    yield at("marketplace:order_review", world["completed"].ref)
    yield at("marketplace:order_review", world["completed"].ref, sends="#main form[method=post]")
    yield at("marketplace:order_feedback", world["unrecorded"].ref)
    yield at("marketplace:order_feedback", world["unrecorded"].ref, sends="#main form[method=post]")
    yield at("marketplace:order_feedback", world["record"].order.ref)
    yield at("marketplace:order_again", world["completed"].ref)
    yield at("marketplace:partner_list")
    yield at("marketplace:partner_detail", world["completed"].seller.slug)
    yield at("marketplace:framework_buy", world["completed"].seller.slug)
    yield at("marketplace:framework_buy", world["completed"].seller.slug, sends="#main form[method=post]")
    yield at("accounts:report_receipt", world["report"].ref)
    yield from own_pages(world)
    yield from settings_pages(world)
    yield at("marketplace:feed_list")


def own_pages(world):
    yield at("accounts:inbox")
    yield at("accounts:inbox", query="?show=all")
    yield at("accounts:organisation_edit")
    yield at("accounts:organisation_edit", sends="#main form[method=post]")
    yield at("accounts:member_list")
    yield at("accounts:organisation_switch")


def settings_pages(world):
    yield at("accounts:preferences")
    for name in ("account_change_password", "account_email"):
        yield at(name)
        yield at(name, sends="#main form[method=post]")
    yield at("usersessions_list")
    yield at("account_logout")
    yield at("mfa_index")
    yield at("mfa_activate_totp")
    yield at("mfa_activate_totp", sends="#main form[method=post]")
    yield at("account_reauthenticate")


def school_owners(world):
    draft, offer = world["draft"].ref, world["offer"].ref
    yield at("dashboard")
    yield at("marketplace:my_offers")
    yield at("marketplace:my_expressions")
    yield at("marketplace:call_express", world["call"].slug)
    yield at("marketplace:call_express", world["call"].slug, sends="#main form[method=post]")
    yield at("marketplace:call_express", world["closed_call"].slug)
    yield at("marketplace:order_list")
    yield at("marketplace:offer_manage", offer)
    yield at("accounts:organisation_home", membership(ILZE).organisation.slug)
    yield at("accounts:organisation_edit")
    yield at("accounts:member_list")
    yield at("accounts:member_list", sends="form[action$='/invite/']")
    yield at("accounts:member_role", world["colleague"].pk)
    yield at("accounts:member_remove", world["colleague"].pk)
    yield at("marketplace:offer_archive", draft)
    yield at("marketplace:order_evidence", world["unrecorded"].ref)
    yield at("marketplace:order_evidence", world["unrecorded"].ref, sends="#main form[method=post]")
    yield at("marketplace:release_list")
    yield at("marketplace:bank_account")
    yield at("marketplace:bank_account", sends="#main form[method=post]")
    yield at("marketplace:order_sheet", world["completed"].ref)
    yield at("marketplace:order_sheet", world["completed"].ref, sends="#main form[method=post]")


def trainers(world):
    draft, offer = world["draft"].ref, world["offer"].ref
    yield at("dashboard")
    yield at("accounts:inbox")
    yield at("marketplace:need_detail", Need.objects.open().filter(orders=None)[0].ref)
    yield at("marketplace:invitation_list")
    yield at("marketplace:invitation_list", query="?past")
    yield at("marketplace:need_answer", Need.objects.open().filter(orders=None)[0].ref)
    yield at("marketplace:need_answer", Need.objects.open().filter(orders=None)[0].ref, sends="#main form[method=post]")
    yield at("marketplace:offer_start")
    yield at("marketplace:offer_manage", draft)
    yield at("marketplace:offer_edit", draft)
    yield at("marketplace:offer_edit_text", draft, "en")
    yield at("marketplace:offer_edit_text", draft, "en", sends="#main form[method=post]")
    for part in ("price", "terms", "people"):
        yield at("marketplace:offer_edit_part", draft, part)
        yield at("marketplace:offer_edit_part", draft, part, sends="#main form[method=post]")
    yield at("marketplace:offer_edit_skills", draft)
    yield at("marketplace:offer_pictures", draft)
    yield at("marketplace:offer_windows", offer)
    yield at("marketplace:offer_times", offer)
    yield at("marketplace:offer_preview", draft)
    yield from resources(world["room"].ref)
    yield from students(world["group"].ref, world["learner"].ref)
    closure = world["closure"]
    yield at("marketplace:calendar_year", closure.starts_on.year)
    yield at("marketplace:calendar_month", closure.starts_on.year, closure.starts_on.month)
    yield at("marketplace:calendar_entry_add")
    yield at("marketplace:calendar_entry_add", sends="#main form[method=post]")
    yield at("marketplace:calendar_entry_change", closure.pk)
    yield at("marketplace:my_week")
    yield at("marketplace:person_week", world["colleague"].pk)
    yield at("marketplace:resource_week", world["room"].ref)
    yield at("accounts:member_list")


def resources(room):
    yield at("marketplace:resource_list")
    yield at("marketplace:resource_add", "class")
    yield at("marketplace:resource_add", "class", sends="#main form[method=post]")
    for name in ("detail", "edit", "hours", "retire"):
        yield at(f"marketplace:resource_{name}", room)


def students(group, learner):
    for name, ref in (("list", group), ("import", group), ("edit", learner), ("leave", learner)):
        yield at(f"marketplace:learner_{name}", ref)
    for name, ref in (("list", group), ("import", group), ("edit", learner)):
        yield at(f"marketplace:learner_{name}", ref, sends="#main form[method=post]")
    yield at("marketplace:resource_detail", group)
    yield at("marketplace:learner_detail", learner)
    for name in ("ask", "paper"):
        yield at(f"marketplace:consent_{name}", learner)
        yield at(f"marketplace:consent_{name}", learner, sends="#main form[method=post]")


def learners(world):
    yield at("dashboard")
    yield at("accounts:inbox")
    yield at("accounts:organisation_home", membership(LIVA).organisation.slug)


def team_members(world):
    """What a student sees who works on one order and has a record of another."""
    yield at("dashboard")
    yield at("marketplace:my_evidence")
    yield at("marketplace:my_evidence_detail", world["record"].ref)
    yield at("marketplace:my_hours")
    order = Order.objects.get(team__learner__membership=membership(LENA), status="in_progress")
    yield at("marketplace:my_order_hours", order.ref)
    yield at("marketplace:my_order_hours", order.ref, sends="#main form[method=post]")


def officials(world):
    yield at("dashboard")
    yield at("marketplace:order_list")


def orders_of_schools(world):
    """(reader, page) of one order in each state, as the school sees it, and the quote form."""
    yield from records_of_schools(world)
    yield from changes_of_schools()
    yield from partners_of_schools()
    yield from milestones_of_schools(world["changed"])
    for order in Order.objects.exclude(status="draft").order_by("status", "pk").distinct("status"):
        reader = order.seller.memberships.filter(role="owner").select_related("user")[0].user.email
        yield reader, at("marketplace:order_detail", order.ref)
        if hasattr(order, "readiness"):
            yield reader, at("marketplace:order_ready", order.ref)
        if order.status == "accepted":
            yield reader, at("marketplace:order_release", order.ref)
            yield reader, at("marketplace:order_release", order.ref, sends="form[action$='/refuse/']")
        if order.status == "in_progress":
            yield reader, at("marketplace:order_hours", order.ref)
            yield reader, at("marketplace:order_hours", order.ref, sends="#main form[method=post]")
            for entry in order.hours.live()[:1]:
                yield reader, at("marketplace:hours_change", order.ref, entry.pk)
        if order.status == "scheduled":
            yield reader, at("marketplace:order_release", order.ref)
            yield reader, at("marketplace:order_team", order.ref)
            yield reader, at("marketplace:order_team_absent", order.ref)
            yield reader, at("marketplace:order_team_absent", order.ref, sends="#main form[method=post]")
        if order.status == "requested":
            yield reader, at("marketplace:order_quote", order.ref)
        if order.status == "in_progress":
            yield reader, at("marketplace:order_deliver", order.ref)
            yield reader, at("marketplace:order_deliver", order.ref, sends="#main form[method=post]")
        if order.status == "delivered":
            yield reader, at("marketplace:order_quality", order.ref)


def changes_of_schools():
    """(reader, page) of asking for a change, where no agreement has to be signed anew."""
    order = Order.objects.filter(status__in=Order.CHANGEABLE, agreement=None).exclude(changes__answer="").first()
    yield order.trainer.email, at("marketplace:change_new", order.ref)
    yield order.trainer.email, at("marketplace:change_new", order.ref, sends="#main form[method=post]")


def partners_of_schools():
    """(reader, page) of a framework agreement that waits for its answer, and of parts passed on."""
    framework = Framework.objects.filter(status="proposed")[0]
    reader = framework.school.memberships.signatories()[0].user.email
    yield reader, at("marketplace:framework_detail", framework.ref)
    yield reader, at("marketplace:framework_detail", framework.ref, sends="form[action$='/refuse/']")
    yield reader, at("marketplace:framework_sell", framework.buyer.slug)
    whole = Order.objects.filter(sub_orders__isnull=False)[0]
    yield whole.trainer.email, at("marketplace:order_parts", whole.ref)
    yield whole.trainer.email, at("marketplace:order_parts", whole.sub_orders.get().ref)


def milestones_of_schools(order):
    """(reader, page) of milestones in each state, with their forms refused."""
    reader = order.trainer.email
    yield reader, at("marketplace:order_milestones", order.ref)
    yield reader, at("marketplace:order_milestones", order.ref, sends="#main section form")
    yield reader, at("marketplace:order_milestones", order.ref, sends="form[action$='/submit/']")
    yield reader, at("marketplace:order_milestones", order.ref, sends="form[action$='/change/']")


def records_of_schools(world):
    """(reader, page) of the records of a team."""
    order = world["record"].order
    reader = order.trainer.email
    yield reader, at("marketplace:order_evidence", order.ref)
    yield reader, at("marketplace:order_feedback", order.ref)
    yield reader, at("marketplace:evidence_detail", order.ref, world["record"].ref)


def desk(_world):
    """Each list of the admin, each queue, and one of what is decided there."""
    yield at("admin:index")
    for model, model_admin in admin.site._registry.items():
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        yield at(f"{name}_changelist")
        if hasattr(model_admin, "queue_view"):
            yield at(f"{name}_queue")
            yield at(f"{name}_change", model.objects.first().pk)
    yield at("admin:marketplace_category_add")
    yield at("admin:marketplace_category_change", "WEB")
    yield at("admin:marketplace_category_history", "WEB")


VISITS = {
    STRANGER: strangers, NEWCOMER: newcomers, INGA: buyers, ILZE: school_owners, MARTINS: trainers, LIVA: learners,
    LENA: team_members, GUNDEGA: officials, MODERATOR: desk,
}  # fmt: skip


def unvisited(world):
    """Addresses without an example."""
    seen = {visit.name for pages in VISITS.values() for visit in pages(world)}
    seen |= {visit.name for _reader, visit in orders_of_schools(world)}
    return set(addresses()) - seen - NO_PAGES

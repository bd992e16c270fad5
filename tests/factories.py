"""Builders of one object each, through the site's own verbs where a state has to be reached."""

import itertools
from datetime import timedelta
from decimal import Decimal

from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import timezone

from accounts.models import Membership, Organisation, User
from accounts.roles import MODERATORS
from marketplace.models import (
    Booking,
    CalendarEntry,
    Call,
    Category,
    Expression,
    Learner,
    Need,
    Offer,
    Order,
    Plan,
    Resource,
    Seat,
    Skill,
    Slot,
    Window,
)

PASSWORD = "correct horse battery"
numbers = itertools.count(1)


def make_user(name="Ann Other", email=None, **fields):
    user = User.objects.create_user(email or f"person{next(numbers)}@people.example", PASSWORD, name=name, **fields)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def make_moderator(name="Mona Moderator", **fields):
    user = make_user(name, is_staff=True, **fields)
    user.groups.add(Group.objects.get(name=MODERATORS))
    return user


def make_organisation(owner, kind="company", name=None, status="verified", **fields):
    """An organisation with its owner, in the given state; Latvian unless told otherwise."""
    number = next(numbers)
    fields = {"country": "LV", "town": "Rīga", "address": "Ozolu iela 1", "languages": ["lv", "en"]} | fields
    if kind == "company":
        fields = {"sector": "I", "size": "micro"} | fields
    organisation = Organisation.register(by=owner, kind=kind, name=name or f"Organisation {number}", **fields)
    organisation.status = status
    organisation.save(update_fields=["status"])
    return organisation


def make_member(user, organisation, role="staff", **fields):
    return Membership.objects.create(user=user, organisation=organisation, role=role, **fields)


def member(user, organisation):
    return Membership.objects.of(user).get(organisation=organisation)


def make_offer(school, trainer, substitute=None, status="published", title="Website for a small business", **fields):
    """A complete offer at a fixed price; `status` is set as if it had gone through review."""
    fields = {
        "category": Category.objects.get(pk="WEB"), "price_model": "FIX", "price": Decimal("180.00"),
        "vat_exemption": "Educational institution, VAT not charged", "lead_time_days": 5, "delivery_modes": ["remote"],
        "languages": ["en", "lv"], "trainer": trainer, "substitute": substitute, "class_name": "3B", "class_year": 3,
        "class_size": 14, "eqf_level": 4, "summary": "Five pages, ready in three weeks.",
        "body": "A class designs and builds your **website**.", "included": ["Five pages", "Contact form"],
        "practises": "Planning and building websites.",
    } | fields  # fmt: skip
    owner = school.memberships.select_related("user", "organisation").filter(role="owner").first()
    offer = Offer.start(by=owner, title=title, language=fields.pop("source_language", "en"), **fields)
    offer.skills.add(Skill.objects.filter(category=offer.category).first())
    if status != "draft":
        offer.status = status
        offer.submitted_at = timezone.now()
        offer.published_at = timezone.now() if status in Offer.LIVE else None
        offer.save(update_fields=["status", "submitted_at", "published_at"])
        from marketplace.models import index_offers  # noqa: PLC0415

        index_offers([offer.pk])
    return offer


def make_window(offer, capacity=2, in_days=30, days=14):
    start = timezone.localdate() + timedelta(days=in_days)
    return Window.objects.create(offer=offer, starts_on=start, ends_on=start + timedelta(days=days), capacity=capacity)


def make_resource(school, name="Training kitchen", kind="kitchen", hours=("08:00", "18:00"), days=range(5), **fields):
    """Can be had at these hours from Monday to Friday."""
    resource = Resource.objects.create(school=school, name=name, kind=kind, **fields)
    for weekday in days:
        resource.openings.create(weekday=weekday, opens_at=hours[0], closes_at=hours[1])
    return resource


def make_plan(offer, *needs, hours=("09:00", "15:00"), days=range(5), **fields):
    """Books the offer by day and time; each of `needs` is a list of resources of which one is needed."""
    plan = Plan.objects.create(offer=offer, **fields)
    for weekday in days:
        plan.hours.create(weekday=weekday, opens_at=hours[0], closes_at=hours[1])
    for position, choices in enumerate(needs):
        offer.requirements.create(position=position).choices.set(choices)
    return plan


def make_learner(school, given_name="Maja", family_name="Mallow", **fields):
    """Of age unless `minor_until` says otherwise."""
    return Learner.objects.create(school=school, given_name=given_name, family_name=family_name, **fields)


def make_class(school, name="3B", year=3, size=3, minors=0, **fields):
    """A class with students, the first `minors` of them under 18."""
    group = make_resource(school, name, "class", year=year, has_minors=minors > 0, **fields)
    birthday = timezone.localdate() + timedelta(days=200)
    for number in range(size):
        given, family = f"Given{number}", f"Family{number}"
        make_learner(school, given, family, group=group, minor_until=birthday if number < minors else None)
    return group


def make_closure(school, day=None, **fields):
    """A closed day, a month ahead unless told otherwise."""
    day = day or timezone.localdate() + timedelta(days=30)
    fields = {"kind": "closure", "name": "Staff training", "starts_on": day, "ends_on": day} | fields
    owner = school.memberships.select_related("user", "organisation").filter(role="owner").first()
    return CalendarEntry.add(by=owner, **fields)


LINE = {"description": "Website", "quantity": Decimal(1), "unit": "", "unit_price": Decimal("200.00"), "vat_rate": None}


def make_order(offer, buyer, status="requested", **fields):
    """An order brought to `status` by the verbs of both sides; `buyer` and the trainer act as memberships."""
    by = buyer
    seller = offer.school.memberships.select_related("user", "organisation").get(user=offer.trainer)
    fields = {"brief": "We need a website.", "place_mode": offer.delivery_modes[0]} | fields
    order = Order.draft(offer, by=by, **fields)
    for verb in PATHS[status]:
        STEPS[verb](order, by, seller)
    return order


def pass_checks(order, by):
    """Signs that everything was checked."""
    return order.check_quality({point.pk: ("yes", "") for point in order.quality_points}, by=by)


def deliver(order, by, note="It is online.", **files):
    pass_checks(order, by)
    order.deliver(note, by=by, **files)


def make_ready(order, buyer, seller):
    """Brings everything on the checklist into place, by the verbs of both sides."""
    readiness = order.prepare_start()
    for line in readiness.missing:
        if line.kind == "consent":
            readiness.waive("consent", by=seller, reason="Only students of age take part.")
        else:
            by = seller if line.side == "seller" else buyer
            readiness.confirm([line.kind], by=by, contact_name="Bob Birch", contact_phone="+371 20000000")


def sign(order):
    """By both sides, where the order has an agreement."""
    agreement = order.own_agreement
    for side in (order.seller, order.buyer) if agreement else ():
        by = side.memberships.signatories().select_related("organisation")[0]
        version = agreement.latest
        agreement.sign(version.number, version.sha256, by=by, name=by.user.name, function="Owner", method="password")


def start(order, buyer, seller):
    make_ready(order, buyer, seller)
    order.start(by=seller)


STEPS = {
    "request": lambda o, b, s: o.request(by=b),
    "sign": lambda o, b, s: sign(o),
    "quote": lambda o, b, s: o.quote([LINE], by=s, message="Here is our quote."),
    "counter": lambda o, b, s: o.counter("Could it be less?", by=b),
    "accept": lambda o, b, s: o.accept(o.latest_quote.version, by=b),
    "deliver": lambda o, b, s: deliver(o, s),
    "start": start,
    "ask_for_agreement": lambda o, b, s: o.ask_for_agreement(by=b),
    "ask_changes": lambda o, b, s: o.ask_changes("A larger logo, please.", by=b),
    "accept_delivery": lambda o, b, s: o.accept_delivery(by=b),
    "decline": lambda o, b, s: o.decline(by=s, reason="No class is free."),
    "withdraw": lambda o, b, s: o.withdraw(by=b),
    "reject": lambda o, b, s: o.reject(by=b, reason="Too dear."),
    "expire": lambda o, b, s: o.expire(by=None),
    "cancel": lambda o, b, s: o.cancel(by=b, reason="Our plans changed."),
    "dispute": lambda o, b, s: o.dispute(by=b, reason="Not what was agreed."),
}
ACCEPTED = ["request", "quote", "accept"]
SIGNED = [*ACCEPTED, "sign"]
PATHS = {
    "draft": [],
    "requested": ["request"],
    "quoted": ["request", "quote"],
    "countered": ["request", "quote", "counter"],
    "scheduled": SIGNED,
    "agreement_pending": [*ACCEPTED, "ask_for_agreement"],
    "in_progress": [*SIGNED, "start"],
    "delivered": [*SIGNED, "start", "deliver"],
    "changes_requested": [*SIGNED, "start", "deliver", "ask_changes"],
    "completed": [*SIGNED, "start", "deliver", "accept_delivery"],
    "declined": ["request", "decline"],
    "withdrawn": ["request", "withdraw"],
    "rejected": ["request", "quote", "reject"],
    "expired": ["request", "expire"],
    "cancelled": [*ACCEPTED, "cancel"],
    "disputed": [*SIGNED, "start", "dispute"],
}


def complete_draft(school, trainer, substitute, **fields):
    """A draft that may be sent for review."""
    offer = make_offer(school, trainer, substitute, status="draft", **fields)
    offer.texts.update(safety="A trainer is present at all times.")
    offer._prefetched_objects_cache = {}
    return offer


def add_resource(school, kind="room", name="Salon", **fields):
    """By the verb: in use from Monday to Friday, 8 to 16."""
    owner = school.memberships.select_related("user", "organisation").filter(role="owner").first()
    return Resource.add(kind, by=owner, name=name, **fields)


def make_booking(order, resources, starts_at, ends_at, before=0, after=0, **seat):
    """A firm seat of the order at that time, with its resources; minutes to prepare and clear up are added to these."""
    slot, _made = Slot.objects.get_or_create(offer=order.offer, starts_at=starts_at, ends_at=ends_at)
    period = DateTimeTZRange(starts_at - timedelta(minutes=before), ends_at + timedelta(minutes=after))
    for resource in resources:
        Booking.objects.create(resource=resource, slot=slot, period=period)
    return Seat.objects.create(order=order, slot=slot, **seat)


def make_need(by, status="open", **fields):
    """Of the member's organisation, brought to a state by its verbs; `awarded` and `fulfilled` need an answer."""
    words = {
        "title": "Coffee for our open day",
        "text": "Coffee and cake for 40 guests in May.", "languages": ["en"],
        "category": Category.objects.get(code="CAT"), "place_mode": "at_client", "country": "LV",
        "place": "Liepu iela 2",
    }  # fmt: skip
    need = Need.draft(by=by, **words | fields)
    if status != "draft":
        need.submit(by=by)
    if status in {"closed", "expired"}:
        need.close(by=None)
    if status == "expired":
        need.expire(by=None)
    if status == "withdrawn":
        need.withdraw(by=by)
    return need


def make_call(by, status="published", **fields):
    """Brought to `status` by the verbs; from `closed` on, its deadline is past."""
    fields = {
        "kind": "partners", "title": "Partners for a project on repair", "summary": "We look for two schools.",
        "text": "We repair **bicycles** and look for partners.", "programme": "Erasmus+",
        "role_wanted": "Partner school", "places": 2, "deadline": timezone.now() + timedelta(days=20),
    } | fields  # fmt: skip
    call = Call.start(by=by, **fields)
    if status != "draft":
        call.publish(by=by)
    if status == "withdrawn":
        call.withdraw(by=by, reason="The project was not funded.")
    if status == "paused":
        call.pause(by=None)
    if status == "suspended":
        call.suspend(by=make_moderator(), reason="It names a student.")
    if status == "removed":
        call.take_down(by=make_moderator(), reason="It names a student.")
    if status in CLOSED_CALLS:
        close_call(call)
        for verb in CLOSED_CALLS[status]:
            CALL_STEPS[verb](call, by)
    return call


def close_call(call):
    """As its timer does, with the deadline moved to a moment ago."""
    past = timezone.now() - timedelta(minutes=1)
    Call.objects.filter(pk=call.pk).update(deadline=past, published_at=past - timedelta(days=20))
    call.close(by=None)


def begin_shortlist(call, by):
    call.guard("begin_shortlist", by=by)
    call.move("begin_shortlist", by=by)


CLOSED_CALLS = {
    "closed": [], "shortlisting": ["begin_shortlist"], "decided": ["decide"], "archived": ["decide", "archive"],
}  # fmt: skip
CALL_STEPS = {
    "begin_shortlist": begin_shortlist,
    "decide": lambda call, by: call.decide(by=by),
    "archive": lambda call, by: call.archive(by=by),
}
ANSWERS = {
    "why_us": "We know bicycles.", "what_we_bring": "A workshop and twelve students.",
    "who_takes_part": "A class of the second year.", "when_we_can": "From March on.",
}  # fmt: skip


def make_expression(call, by, status="submitted", **answers):
    """Before the deadline as draft, submitted or withdrawn; the other states close the call first."""
    expression = Expression.start(call, by=by, **ANSWERS | answers)
    if status != "draft":
        expression.submit(by=by)
    if status == "withdrawn":
        expression.withdraw(by=by)
    caller = Membership.objects.of(call.author).get(organisation=call.organisation)
    if status in EXPRESSION_PATHS:
        close_call(call)
        for verb in EXPRESSION_PATHS[status]:
            EXPRESSION_STEPS[verb](expression, by, caller)
    return expression


EXPRESSION_PATHS = {
    "shortlisted": ["shortlist"], "declined": ["decline"], "selected": ["shortlist", "select"],
    "confirmed": ["shortlist", "select", "decide", "confirm"],
}  # fmt: skip
EXPRESSION_STEPS = {
    "shortlist": lambda e, by, caller: e.shortlist(by=caller),
    "decline": lambda e, by, caller: e.decline(by=caller, reason="Others were nearer."),
    "select": lambda e, by, caller: e.select(by=caller),
    "decide": lambda e, by, caller: e.call.decide(by=caller),
    "confirm": lambda e, by, caller: e.confirm(by=by),
}

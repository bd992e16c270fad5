import random
from collections import Counter
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from accounts.models import Membership, Notification, Organisation, User
from marketplace.models import Offer, Order
from marketplace.models.search_times import index_times
from vet2b.demo import people
from vet2b.demo.agreements import add_agreements
from vet2b.demo.bulk import add_synthetic_offers
from vet2b.demo.calls import add_calls
from vet2b.demo.changes import add_changes
from vet2b.demo.disputes import add_disputes
from vet2b.demo.evidence import add_evidence
from vet2b.demo.learners import add_learners, prepare_orders
from vet2b.demo.milestones import add_milestones
from vet2b.demo.moderated import add_moderated
from vet2b.demo.needs import add_needs
from vet2b.demo.offers import add_offer
from vet2b.demo.orders import Story
from vet2b.demo.partners import add_partners
from vet2b.demo.reviews import add_money, add_replies, orders_again
from vet2b.demo.searches import add_searches, add_wishes
from vet2b.demo.teams import add_teams
from vet2b.demo.times import add_appointment, add_plan, add_year, owner_of
from vet2b.lib.refs import repeatable_refs


class Command(BaseCommand):
    help = "Fills the demo world: schools, companies, people of every role, offers, orders, appointments and calls."

    def add_arguments(self, parser):
        parser.add_argument("--seed", type=int, default=7, help="the same seed gives the same world")
        parser.add_argument("--offers", type=int, default=0, metavar="N", help="adds N synthetic published offers")
        parser.add_argument("--if-empty", action="store_true", help="does nothing when there are organisations")
        parser.add_argument("--accounts", action="store_true", help="only prints the demo accounts")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["accounts"]:
            self.print_accounts()
            return
        if Organisation.objects.exists():
            if not options["if_empty"] and not options["offers"]:
                raise CommandError("There are organisations already. The demo world goes into an empty database.")
        else:
            rnd = random.Random(options["seed"])
            with transaction.atomic(), repeatable_refs(random.Random(options["seed"])):
                self.fill(rnd)
            self.print_accounts()
        if options["offers"]:
            added = add_synthetic_offers(options["offers"], random.Random(options["seed"]))
            self.stdout.write(f"Added {added} synthetic offers.")

    def fill(self, rnd: random.Random) -> None:
        moderator = people.add_moderators()
        offers = self.fill_offers(moderator)
        buyers = self.fill_buyers(moderator)
        self.fill_learners(offers)
        entries = people.read("orders")["orders"]
        for entry in [*entries, *orders_again(entries, list(buyers))]:
            buyer = buyer_of(entry, buyers, offers)
            Story(entry, offers[entry["offer"]], buyer, moderator).tell(rnd)
        self.fill_times(offers, list(buyers.values()))
        add_learners()
        add_teams()
        prepare_orders()
        add_replies()
        add_money()
        add_agreements(owner_of(buyers["kalndarzs"]))
        add_evidence()
        add_disputes(moderator)
        add_changes()
        add_milestones()
        add_needs(buyers)
        add_calls()
        add_moderated(moderator)
        add_searches(owner_of(buyers["kalndarzs"]).user)
        add_partners()
        add_wishes(User.objects.get(email=dict(demo_accounts())["school owner"]))
        forget_old_news()

    def fill_times(self, offers: dict[int, Offer], buyers: list[Organisation]) -> None:
        world = people.read("times")
        for school in Organisation.objects.filter(kind="school"):
            add_year(world["years"][school.country.code], school)
        for entry in world["offers"]:
            add_plan(entry, offers[entry["number"]])
        for entry in world["appointments"]:
            add_appointment(entry, offers[entry["offer"]], owner_of(buyers[entry["buyer"]]))
        index_times()

    def fill_offers(self, moderator: User) -> dict[int, Offer]:
        offers = {}
        for country in people.COUNTRIES:
            world = people.read(country)
            schools, staff = {}, {}
            for entry in world["schools"]:
                schools[entry["key"]] = people.add_organisation(entry, "school", moderator)
                for person in entry["people"]:
                    staff[entry["key"], person["key"]] = User.objects.get(
                        email=f"{person['key']}@{entry['key']}.example"
                    )
            for entry in world["offers"]:
                team = {person: user for (school, person), user in staff.items() if school == entry["school"]}
                offers[entry["number"]] = add_offer(entry, schools[entry["school"]], team, moderator)
        return offers

    def fill_buyers(self, moderator: User) -> dict[str, Organisation]:
        world = people.read("organisations")
        for entry in world["public_bodies"]:
            people.add_organisation(entry, "public_body", moderator)
        return {entry["key"]: people.add_organisation(entry, "company", moderator) for entry in world["companies"]}

    def fill_learners(self, offers: dict[int, Offer]) -> None:
        for entry in people.read("organisations")["learners"]:
            school = offers[entry["school_number"]].school
            user = people.add_person(f"{entry['key']}@learners.example", entry["name"], entry["language"])
            Membership.objects.create(user=user, organisation=school, role=Membership.Role.LEARNER)

    def print_accounts(self) -> None:
        self.stdout.write(f"\nDemo accounts, all with the password: {people.PASSWORD}")
        for label, email in demo_accounts():
            self.stdout.write(f"  {label:28}{email}")


def buyer_of(entry: dict[str, Any], buyers: dict[str, Organisation], offers: dict[int, Offer]) -> Membership:
    key = entry["buyer"]
    buyer = offers[int(key.removeprefix("offer:"))].school if key.startswith("offer:") else buyers[key]
    return owner_of(buyer)


def forget_old_news() -> None:
    """Marks what is older than a day as mailed and what is older than a week as read, as it would be."""
    now = timezone.now()
    Notification.objects.filter(created_at__lt=now - timedelta(days=1)).update(emailed_at=now)
    Notification.objects.filter(created_at__lt=now - timedelta(days=7)).update(read_at=now)


def busiest_trainer() -> tuple[dict[str, Any], dict[str, Any]]:
    """The trainer whose turn it is in most orders, and the school, so that a visitor has something to do."""
    worlds = [people.read(country) for country in people.COUNTRIES]
    offers = {offer["number"]: offer for world in worlds for offer in world["offers"]}
    waiting = Counter(
        (offers[entry["offer"]]["school"], offers[entry["offer"]]["trainer"])
        for entry in people.read("orders")["orders"]
        if entry["state"] in Order.TURNS["seller"]
    )
    staff = [
        (school, person)
        for world in worlds
        for school in world["schools"]
        for person in school["people"]
        if person["role"] == "staff"
    ]
    return max(staff, key=lambda pair: waiting[pair[0]["key"], pair[1]["key"]])


def demo_accounts() -> list[tuple[str, str]]:
    """One address for each role."""
    entries = people.read("organisations")
    school, trainer = busiest_trainer()
    owner = next(person for person in school["people"] if person["role"] == "owner")
    company, body = entries["companies"][0], entries["public_bodies"][0]
    return [
        ("company owner", f"{company['people'][0]['key']}@{company['key']}.example"),
        ("trainer", f"{trainer['key']}@{school['key']}.example"),
        ("school owner", f"{owner['key']}@{school['key']}.example"),
        ("learner", f"{entries['learners'][0]['key']}@learners.example"),
        ("public body", f"{body['people'][0]['key']}@{body['key']}.example"),
        ("moderator (/admin/)", people.MODERATOR),
        ("administrator (/admin/)", people.ADMIN),
    ]

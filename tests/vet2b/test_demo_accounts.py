"""The accounts that the demo prints are worth signing in with."""

from pathlib import Path

from django.core.management import call_command

from marketplace.models import Order
from vet2b.demo import people
from vet2b.management.commands.seed_demo import demo_accounts

README = Path(__file__).parents[2] / "README.md"


def test_the_trainer_has_orders_to_act_on_and_the_owner_is_of_the_same_school():
    accounts = dict(demo_accounts())
    trainer, school = accounts["trainer"].removesuffix(".example").split("@")
    offers = {offer["number"]: offer for country in people.COUNTRIES for offer in people.read(country)["offers"]}

    led = [entry for entry in people.read("orders")["orders"] if offers[entry["offer"]]["trainer"] == trainer]

    assert sum(entry["state"] in Order.TURNS["seller"] for entry in led) >= 2
    assert accounts["school owner"].endswith(f"@{school}.example")


def test_the_readme_names_the_accounts_that_are_printed(capsys):
    call_command("seed_demo", "--accounts")
    printed = capsys.readouterr().out

    readme = README.read_text(encoding="utf-8")
    assert all(email in printed and f"| {email} |" in readme for _role, email in demo_accounts())

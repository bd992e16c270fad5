"""Every page for strangers and moderators, and for schools the orders in each state."""

import pytest

from tests.pages import world
from tests.pages.inspect import soundness, walk


def test_every_page_has_an_example(site):
    assert world.unvisited(site.world) == set()


@pytest.mark.parametrize("email", [world.STRANGER, world.MODERATOR])
def test_pages_are_sound(browse, site, email):
    wrong = walk(browse(email), site, world.VISITS[email](site.world), soundness)

    assert not wrong, "\n".join(wrong)


def test_orders_are_sound_in_every_state(browse, site):
    wrong = []

    for email, visit in world.orders_of_schools(site.world):
        wrong += walk(browse(email), site, [visit], soundness)

    assert not wrong, "\n".join(wrong)

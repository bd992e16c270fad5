"""The page of an order in each state, as the school sees it."""

from tests.pages import world
from tests.pages.inspect import soundness, walk


def test_pages_are_sound(browse, site):
    wrong = []

    for email, visit in world.orders_of_schools(site.world):
        wrong += walk(browse(email), site, [visit], soundness)

    assert not wrong, "\n".join(wrong)

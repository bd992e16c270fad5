"""Every page for strangers; and that no page is left out."""

from tests.pages import world
from tests.pages.inspect import soundness, walk


def test_every_page_has_an_example(site):
    assert world.unvisited(site.world) == set()


def test_pages_are_sound(browse, site):
    wrong = walk(browse(world.STRANGER), site, world.strangers(site.world), soundness)

    assert not wrong, "\n".join(wrong)

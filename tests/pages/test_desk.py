"""Every page for moderators."""

from tests.pages import world
from tests.pages.inspect import soundness_in_turns, walk


def test_pages_are_sound(browse, site):
    wrong = walk(browse(world.MODERATOR), site, world.desk(site.world), soundness_in_turns())

    assert not wrong, "\n".join(wrong)

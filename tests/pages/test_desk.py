"""Every page for moderators."""

from tests.pages import world
from tests.pages.inspect import soundness, walk


def test_pages_are_sound(browse, site):
    wrong = walk(browse(world.MODERATOR), site, world.desk(site.world), soundness)

    assert not wrong, "\n".join(wrong)

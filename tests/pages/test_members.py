"""Every page for the people of companies, schools and public bodies."""

import pytest

from tests.pages import world
from tests.pages.inspect import soundness, walk

READERS = [world.NEWCOMER, world.INGA, world.MARTINS, world.ILZE, world.LIVA, world.LENA, world.GUNDEGA]


@pytest.mark.parametrize("email", READERS)
def test_pages_are_sound(browse, site, email):
    wrong = walk(browse(email), site, world.VISITS[email](site.world), soundness)

    assert not wrong, "\n".join(wrong)

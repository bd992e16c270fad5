"""People at their own browsers, with and without JavaScript, and the mail that reaches them."""

import pytest
from django.core import mail
from django.core.cache import caches
from playwright.sync_api import expect

from accounts.notifications import send_due
from tests import factories

expect.set_options(timeout=10_000)


@pytest.fixture(autouse=True)
def _own_world(settings, tmp_path, transactional_db):
    """The cache's table is no model's, so its counts of tries outlive a test."""
    settings.MEDIA_ROOT = tmp_path
    caches["local"].clear()
    caches["default"].clear()


@pytest.fixture(params=[True, False], ids=["scripts", "no-scripts"])
def new_page(request, browser, live_server):
    """new_page() is somebody's own browser; a fault in the console or an answer of 500 fails the test at its end."""
    contexts, faults = [], []

    def open_page():
        context = browser.new_context(java_script_enabled=request.param, base_url=live_server.url, locale="en-GB")
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("response", lambda answer: answer.status >= 500 and faults.append(f"{answer.status} {answer.url}"))
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert faults == []


@pytest.fixture
def sign_in(new_page):
    """sign_in(user) gives a page on which that person has signed in."""

    def by_the_form(user):
        page = new_page()
        page.goto("/account/login/")
        page.get_by_label("Email").fill(user.email)
        page.get_by_label("Password", exact=True).fill(factories.PASSWORD)
        page.locator("main").get_by_role("button", name="Sign in", exact=True).click()
        page.wait_for_url("**/dashboard/")
        return page

    return by_the_form


@pytest.fixture
def arrived():
    """arrived() sends what waits and gives (address, subject) of each mail since it was last asked."""

    def since_last():
        mail.outbox.clear()
        send_due()
        return sorted((message.to[0], message.subject) for message in mail.outbox)

    return since_last

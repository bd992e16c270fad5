"""The demo world at a live server: filled once for a worker, in a database of its own, and only read."""

from io import StringIO

import pytest
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.cache import caches
from django.core.management import call_command
from django.db import connection
from django.test import Client
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from tests.pages.world import fill


@pytest.fixture(scope="session")
def demo_database(django_db_modify_db_settings, django_db_blocker, worker_id):
    """An empty database beside the one that the other tests empty."""
    name, template = f"vet2b_demo_{worker_id}", connection.settings_dict["TEST"].get("TEMPLATE")
    with django_db_blocker.unblock():
        with connection._nodb_cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {name}")
            cursor.execute(f"CREATE DATABASE {name}" + (f" TEMPLATE {template}" if template else ""))
        yield name
        with connection._nodb_cursor() as cursor:
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def demo_media(tmp_path_factory):
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="session")
def filled():
    """What fill() gave, kept for the other files of this worker."""
    return {}


@pytest.fixture(scope="module")
def site(demo_database, demo_media, filled, django_db_blocker):
    """The server; `site.world` holds the example objects."""
    name, media = connection.settings_dict["NAME"], settings.MEDIA_ROOT
    with django_db_blocker.unblock():
        switch_to(demo_database, demo_media)
        if not filled:
            call_command("migrate", verbosity=0)
            call_command("seed_demo", stdout=StringIO())
            filled.update(fill())
        server = LiveServer("127.0.0.1")
        server.world = filled
        yield server
        server.stop()
        switch_to(name, media)


def switch_to(database, media):
    connection.close()
    connection.settings_dict["NAME"], settings.MEDIA_ROOT = database, media
    ContentType.objects.clear_cache()
    caches["local"].clear()


@pytest.fixture
def browse(site, browser):
    """browse(email) gives a page of somebody who is signed in, browse("") of a stranger. One at a time; styles and
    scripts are fetched once for all."""
    context = browser.new_context(base_url=site.url, locale="en-GB", reduced_motion="reduce")

    def open_page(email):
        for page in context.pages:
            page.close()
        context.clear_cookies()
        if email:
            client = Client()
            client.force_login(User.objects.get(email=email))
            cookie = client.cookies[settings.SESSION_COOKIE_NAME]
            context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": site.url}])
        return context.new_page()

    yield open_page
    context.close()

import ast
import re

import pytest

from vet2b.dev import compose
from vet2b.dev.processes import ROOT

SITE = ("web", "worker", "beat", "migrate")


@pytest.fixture
def services():
    return compose.load(compose.EXAMPLE)["services"]


def names_that_settings_read():
    tree = ast.parse((ROOT / "vet2b" / "settings.py").read_text())
    return {
        node.args[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "env"
    }


@pytest.mark.parametrize("service", SITE)
def test_settings_read_every_variable_that_is_set(services, service):
    assert set(services[service]["environment"]) <= names_that_settings_read()


def test_every_variable_that_settings_read_is_documented():
    documented = set(re.findall(r"^\| `(\w+)` \|", (ROOT / "docs" / "deploy.md").read_text(), re.MULTILINE))

    assert names_that_settings_read() - documented == set()


@pytest.mark.parametrize("name", compose.EXAMPLE)
def test_nothing_starts_with_a_secret_left_out(name):
    values = {key: value for key, value in compose.EXAMPLE.items() if key != name}

    with pytest.raises(compose.MissingVariable, match=name):
        compose.load(values)


def test_only_the_proxy_can_be_reached_from_outside(services):
    reachable = {name for name, service in services.items() if "ports" in service}

    assert reachable == {"caddy"}
    assert services["db"]["networks"] == services["redis"]["networks"] == ["inside"]


@pytest.mark.parametrize("service", SITE)
def test_site_runs_without_privileges(services, service):
    assert services[service]["cap_drop"] == ["ALL"]
    assert services[service]["read_only"] is True


def test_image_is_built_once_before_any_service_of_it_starts(services):
    builders = {name for name, service in services.items() if "build" in service}
    waiting = {name for name in SITE if "migrate" in services[name].get("depends_on", {})}

    assert builders == {"migrate"}
    assert {services[name]["image"] for name in SITE} == {"vet2b"}
    assert waiting == {"web", "worker", "beat"}


def test_every_lasting_service_tells_how_it_is(services):
    silent = {name for name, service in services.items() if "healthcheck" not in service}

    assert silent == {"migrate"}


def test_database_sorts_as_the_one_of_the_tests(services):
    options = services["db"]["environment"]["POSTGRES_INITDB_ARGS"]

    assert options == "--locale-provider=builtin --builtin-locale=C.UTF-8 --locale=C --encoding=UTF8"


def test_image_does_not_run_as_root():
    stages = (ROOT / "Dockerfile").read_text().split("\nFROM ")

    assert "\nUSER vet2b\n" in stages[-1]


def test_user_of_the_image_may_read_what_root_collected():
    collecting = next(step for step in (ROOT / "Dockerfile").read_text().split("\nRUN ") if "collectstatic" in step)

    assert "&& chmod -R a+rX staticfiles" in collecting


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("${A}-${B:-two}", "one-two"),
        ("${A:-none}", "one"),
        ("$$A", "$A"),
        ("${A:?why}", "one"),
        ("plain", "plain"),
    ],
)
def test_variables_are_filled_in(text, expected):
    assert compose.interpolate(text, {"A": "one"}) == expected

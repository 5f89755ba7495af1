"""The house has floors, and one may import downwards only. STYLE: "Capture cannot know about campaigns"."""

import ast

import pytest

from tests.house import sources
from tests.house.sources import FLOORS, imports, listed, modules, name_of

SIGNALS = (
    "django.dispatch",
    "django.db.models.signals",
    "django.core.signals",
    "django.test.signals",
    "celery.signals",
)
# The redirect's core: values in, values out. What it may know besides itself and the standard library:
CORE = ("answer", "capture", "destination", "event", "lease", "line", "routing", "snowflake", "spool")
CORE_MAY_IMPORT = {"orjson", "structlog"}
# What campaigns ask of a click while the visitor waits is read by these: patterns, places, agents, registrable domains. All of them
# work in memory.
CORE_MAY_IMPORT |= {"crawleruseragents", "geoip2", "idna", "maxminddb", "re2", "tldextract", "ua_parser"}
DOORS = {
    "clickhouse_driver": "apps/ingress/warehouse/",
    "crawleruseragents": "apps/ingress/enrich/",
    "gunicorn": "apps/ingress/worker.py",
}


@pytest.mark.parametrize("app", sorted(path.parent.name for path in (sources.ROOT / "apps").glob("*/__init__.py")))
def test_an_app_has_its_floor(app):
    assert app in FLOORS, f"apps/{app} stands on no floor: give it one in tests/house/sources.py and docs/house.md"


@pytest.mark.parametrize("app", FLOORS)
def test_an_app_imports_downwards_only(app):
    climbs = [
        f"{name_of(path)}:{line} imports {imported}"
        for path in modules(f"apps/{app}", migrations=True)
        for line, imported in imports(path)
        if _is_a_climb(app, imported)
    ]

    assert not climbs, listed(climbs, "hand a value down, read a row later, or meet in a template by URL name")


def test_apps_do_not_know_the_wiring_nor_the_stack():
    climbs = [
        f"{name_of(path)}:{line} imports {imported}"
        for path in modules("apps", migrations=True)
        for line, imported in imports(path)
        if imported.split(".")[0] in ("trellis", "stack", "bench", "tests")
    ]

    assert not climbs, listed(climbs, "trellis/ names apps, never the other way; settings are read from django.conf")


def test_the_stack_is_imported_by_nobody():
    found = [
        f"{name_of(path)}:{line} imports {imported}"
        for path in modules("apps", "trellis")
        for line, imported in imports(path)
        if imported.split(".")[0] in ("stack", "bench")
    ]

    assert not found, listed(found, "production has no stack/; only tests and benchmarks may start services")


def test_the_stack_stands_on_its_own():
    found = [
        f"{name_of(path)}:{line} imports {imported}"
        for path in modules("stack")
        for line, imported in imports(path)
        if imported.split(".")[0] in ("apps", "trellis", "tests", "bench")
    ]

    assert not found, listed(
        found, "stack/ starts processes and speaks to them over the wire; it must work where Trellis does not"
    )


def test_tests_are_imported_by_tests_only():
    found = [
        f"{name_of(path)}:{line} imports {imported}"
        for path in modules()
        for line, imported in imports(path)
        if imported.startswith("tests.")
    ]

    assert not found, listed(found, "what both need belongs to the code that is tested, or to bench/ itself")


def test_imports_stand_at_the_top():
    hidden = [
        f"{name_of(path)}:{node.lineno} in {function.name}()"
        for path in modules()
        for function in sources.functions(path)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]

    assert not hidden, listed(hidden, "an import inside a function hides a circle: move what both need one floor down")


def test_no_signals():
    found = [
        f"{name_of(path)}:{line} imports {imported}"
        for path in modules()
        for line, imported in imports(path)
        if imported.startswith(SIGNALS) and name_of(path) != "trellis/celery.py"
    ]

    assert not found, listed(found, "call the function; Celery's own signals belong in trellis/celery.py")


def test_models_of_another_floor_are_asked_for_by_name_in_one_place_only():
    found = [
        f"{name_of(path)}:{node.lineno}"
        for path in modules("apps")
        for node in ast.walk(sources.tree(path))
        if isinstance(node, ast.Attribute) and node.attr == "get_model" and name_of(path) != "apps/ingress/owners.py"
    ]

    assert not found, listed(
        found, "get_model() climbs where an import may not; only ingress/owners.py does, and says why"
    )


@pytest.mark.parametrize("name", CORE)
def test_the_redirect_s_core_knows_no_framework(name):
    foreign = [
        f"{name_of(path)}:{line} imports {imported}"
        for path in _closure(sources.ROOT / "apps" / "ingress" / f"{name}.py")
        for line, imported in imports(path)
        if not _the_core_may_import(imported)
    ]

    assert not foreign, listed(
        foreign, "an adapter (middleware, worker, process) hands the core what it needs as values"
    )


@pytest.mark.parametrize(("package", "door"), DOORS.items())
def test_an_outside_thing_has_one_door(package, door):
    found = [
        f"{name_of(path)}:{line} imports {imported}"
        for path in modules("apps", "trellis")
        for line, imported in imports(path)
        if imported.split(".")[0] == package and not name_of(path).startswith(door)
    ]

    assert not found, listed(found, f"only {door} speaks {package}: give it a function for what you need")


def _is_a_climb(app, imported):
    parts = imported.split(".")
    if parts[0] != "apps" or len(parts) < 2 or parts[1] == app:
        return False
    return FLOORS.get(parts[1], 99) >= FLOORS[app]


def _the_core_may_import(imported):
    top = imported.split(".")[0]
    return (
        imported == "django.conf.settings"
        or top in CORE_MAY_IMPORT
        or sources.is_standard(top)
        or sources.ours(imported)
    )


def _closure(start):
    """This module and those of ours that it imports, directly or not."""
    seen, waiting = set(), [start]
    while waiting:
        path = waiting.pop()
        if path not in seen:
            seen.add(path)
            waiting += [
                module for _, name in imports(path) if sources.ours(name) and (module := sources.module_of(name))
            ]
    return sorted(seen)

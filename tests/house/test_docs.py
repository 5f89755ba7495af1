"""What the documentation says exists, and what exists is said where people look for it."""

import re
from itertools import count

import pytest
from django.apps import apps

from apps.ingress.capture import KEPT_HEADERS, first_values
from apps.ingress.destination import OWN_MACROS, PARAMETER_MACROS, SEEN_MACROS
from apps.ingress.event import Kind, Reason
from apps.ingress.routing import decide
from stack.__main__ import HELP
from tests.house import sources
from tests.house.sources import ROOT, listed, name_of, packages, pages, quoted
from tests.house.test_settings import in_the_example
from tests.ingress import make

DOCS = ROOT / "docs"
TRACKING = DOCS / "tracking.md"
HOUSE = DOCS / "house.md"
DECISIONS = sorted((DOCS / "decisions").glob("[0-9]*.md"))
WORDS = """event, click, visitor, link, rule, route, destination, campaign, touch, conversion, postback, credit, edition, span,
segment, dead letter, organization, member""".replace("\n", " ").split(", ")
FOLDERS = (*sources.TOPS, "tests", "docs", "templates", "static", "deploy", "celerybeat-schedule")


@pytest.mark.parametrize("page", pages(), ids=name_of)
def test_a_link_leads_somewhere(page):
    dead = [target for target in links(page) if not (page.parent / target).exists()]

    assert not dead, listed(dead, f"{name_of(page)} links to what is not there")


@pytest.mark.parametrize("page", pages(), ids=name_of)
def test_a_path_that_is_named_exists(page):
    named = {
        word.split(" ")[0].split("::")[0]
        for word in quoted(page)
        if word.startswith(tuple(f"{top}/" for top in FOLDERS))
    }

    gone = sorted(path for path in named if "<" not in path and "*" not in path and not (ROOT / path).exists())

    assert not gone, listed(
        gone, f"{name_of(page)} names what is not there: correct the page in the change that moves the file"
    )


@pytest.mark.parametrize("page", pages(), ids=name_of)
def test_a_command_of_dev_that_is_named_exists(page):
    known = set(re.findall(r"^\./dev (\w+)", HELP, re.MULTILINE))

    unknown = set(re.findall(r"\./dev ([a-z]\w*)", page.read_text())) - known

    assert not unknown, (
        f"{name_of(page)} names ./dev {', '.join(sorted(unknown))}; there are {', '.join(sorted(known))}"
    )


@pytest.mark.parametrize("page", pages(), ids=name_of)
def test_a_variable_that_is_named_is_in_the_example(page):
    unknown = sorted(set(re.findall(r"`((?:TRELLIS|TRUSTED)_[A-Z_]+)", page.read_text())) - in_the_example())

    assert not unknown, listed(unknown, f"{name_of(page)} names variables that .env.example does not explain")


def test_every_page_can_be_reached_from_the_readme():
    reached, waiting = set(), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page not in reached and page.suffix == ".md" and page.exists():
            reached.add(page)
            waiting += [(page.parent / target).resolve() for target in links(page)]

    lost = [name_of(page) for page in pages() if page not in reached]

    assert not lost, listed(lost, "link it from README.md, or from a page that is linked there")


def test_a_page_that_code_points_to_exists():
    gone = sorted(
        f"{name_of(path)}: {target}"
        for path in sources.modules(migrations=True)
        for target in re.findall(r"docs/[\w/-]+\.md", path.read_text())
        if not (ROOT / target).exists()
    )

    assert not gone, listed(gone, "write the page, or name the one that says it")


def test_every_management_command_is_documented():
    text = "\n".join(page.read_text() for page in pages())
    commands = sorted(path.stem for path in (ROOT / "apps").glob("*/management/commands/[a-z]*.py"))

    silent = [name for name in commands if f"manage {name}" not in text and f"manage.py {name}" not in text]

    assert not silent, listed(
        silent, "say in docs/house.md what `./dev manage …` does, or in the page about its subject"
    )


@pytest.mark.parametrize("word", WORDS)
def test_a_word_of_ours_is_explained(word):
    assert word in glossary(), f"docs/glossary.md has no line for {word!r}"


def test_every_noun_we_store_is_explained():
    stored = {
        str(model._meta.verbose_name).lower() for model in apps.get_models() if model.__module__.startswith("apps.")
    }

    assert not stored - glossary(), listed(sorted(stored - glossary()), "a new word needs a line in docs/glossary.md")


def test_the_tour_of_the_house_names_every_room():
    rooms = {f"{folder.relative_to(ROOT)}/" for folder in packages()} | {
        f"{top}/" for top in FOLDERS if (ROOT / top).is_dir()
    }

    missing = sorted(rooms - quoted(HOUSE))

    assert not missing, listed(missing, "say in docs/house.md what is inside")


def test_the_tour_says_on_which_floor_an_app_stands():
    said = {app: int(floor) for floor, app in re.findall(r"^\| (\d) \| `apps/(\w+)/`", HOUSE.read_text(), re.MULTILINE)}
    built = {app: floor for app, floor in sources.FLOORS.items() if (ROOT / "apps" / app).is_dir()}

    assert said == built, "docs/house.md and tests/house/sources.py disagree about the floors"


def test_decisions_are_numbered_without_a_gap_and_listed():
    index = (DOCS / "decisions" / "README.md").read_text()

    assert [int(path.name[:4]) for path in DECISIONS] == [n for n, _ in zip(count(1), DECISIONS, strict=False)]
    assert [path.name for path in DECISIONS if path.name not in index] == [], "list it in docs/decisions/README.md"


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.stem)
def test_a_decision_is_half_a_page(path):
    lines = len(path.read_text().splitlines())

    assert lines <= 45, f"{lines} lines: say what was decided, why, and what it costs; the rest belongs in the guide"


def test_the_tracking_guide_lists_the_macros_there_are():
    said = {macro for word in quoted(TRACKING) for macro in re.findall(r"\{([a-z_0-9.]+)\}", word)}
    known = {*OWN_MACROS, *PARAMETER_MACROS, *SEEN_MACROS} - {f"sub{n}" for n in range(2, 20)}

    assert said - {"param.name"} == known, "docs/tracking.md and apps/ingress/destination.py disagree about the macros"


@pytest.mark.parametrize("vocabulary", [Kind, Reason])
def test_the_tracking_guide_explains_every_word_of_an_event(vocabulary):
    missing = sorted(set(vocabulary) - quoted(TRACKING))

    assert not missing, listed(missing, f"docs/tracking.md does not explain these words of {vocabulary.__name__}")


def test_the_tracking_guide_lists_the_headers_that_are_kept():
    block = re.search(r"```text headers\n(.*?)```", TRACKING.read_text(), re.DOTALL)

    assert block, "the list of headers is gone"
    assert set(block[1].split()) == KEPT_HEADERS


def test_the_signing_example_makes_addresses_that_are_followed():
    example = re.search(r"```python\n(.*?)```", TRACKING.read_text(), re.DOTALL)
    names = {}
    exec(example[1], names)

    address = names["signed"](
        "https://go.example.com/in", "acme", "s3cret", "https://elsewhere.example/ä?a=1&b=2", 4_102_444_800
    )

    _, _, query = address.partition("?")
    parameters = first_values(query)
    decision = decide(make.a_table(), key="", host="go.example.com", parameters=parameters, now_s=1_800_000_000)
    assert (decision.reason, decision.url) == (Reason.SIGNED, "https://elsewhere.example/%C3%A4?a=1&b=2")


def links(page) -> list[str]:
    """Relative links of a page, without their #place."""
    text = re.sub(r"```.*?```", "", page.read_text(), flags=re.DOTALL)
    return re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", text)


def glossary() -> set[str]:
    """Words that have a line: `**click** …` or `**visitor**, …`."""
    return {word.lower() for word in re.findall(r"^\*\*([^*]+)\*\*", (DOCS / "glossary.md").read_text(), re.MULTILINE)}

"""What STYLE says about modules, functions and templates, as far as a program can see it."""

import ast
import re
from html.parser import HTMLParser

import pytest
from django.template.loader import get_template

from tests.house import sources
from tests.house.sources import functions, listed, modules, name_of, templates

EMPTY_NAMES = {"utils", "helpers", "common", "manager", "service", "base"}
MODULE_MAX_LINES = 300
FUNCTION_MAX_LINES = 60
# Where everything may be caught, once each: a visitor is answered whatever fails, and a thread that died would ship or learn
# nothing more while its process goes on.
OUTER_EDGES = (
    "apps/ingress/answer.py",
    "apps/ingress/enrich/following.py",
    "apps/ingress/plans/decide.py",
    "apps/ingress/plans/sight.py",
    "apps/ingress/shipper.py",
    "apps/ingress/routes.py",
    "apps/ingress/plans/cap_counts.py",
)
REPORTS = [path for path in modules("apps") if path.parent.name == "reports" and path.name != "__init__.py"]
# Pieces of the frame: drawn with the page, never updated by themselves.
FRAME = {"_brand.html", "_error_ways.html", "_head.html", "_nav.html", "_person.html", "_theme.html", "_toasts.html"}
PARTS = [path for path in templates() if path.name.startswith("_") and path.name not in FRAME]
VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}


def test_a_module_is_named_for_what_is_inside():
    found = [name_of(path) for path in modules(*sources.TOPS, "tests") if path.stem in EMPTY_NAMES]

    assert not found, listed(found, "name it for the one idea in it, or move each function to the module it serves")


def test_a_module_is_short():
    long = [
        f"{name_of(path)}: {lines} lines"
        for path in modules(*sources.TOPS, "tests")
        if (lines := len(path.read_text().splitlines())) >= MODULE_MAX_LINES
    ]

    assert not long, listed(long, f"split before {MODULE_MAX_LINES}: two ideas live here")


def test_a_function_is_short():
    long = [
        f"{name_of(path)}:{function.lineno} {function.name}(): {lines} lines"
        for path in modules(*sources.TOPS, "tests")
        for function in functions(path)
        if (lines := (function.end_lineno or 0) - function.lineno + 1) > FUNCTION_MAX_LINES
    ]

    assert not long, listed(long, f"no function is over {FUNCTION_MAX_LINES} lines; most are under 10")


def test_nothing_swallows_every_error():
    wide = [
        f"{name_of(path)}:{handler.lineno}"
        for path in modules()
        for handler in ast.walk(sources.tree(path))
        if isinstance(handler, ast.ExceptHandler) and _is_wide(handler) and name_of(path) not in OUTER_EDGES
    ]

    assert not wide, listed(
        wide, "catch the narrowest thing at the door; only the outer edges of the redirect and of its threads catch all"
    )


@pytest.mark.parametrize("edge", OUTER_EDGES)
def test_an_outer_edge_is_one_place_and_logs_what_it_catches(edge):
    nodes = ast.walk(sources.tree(sources.ROOT / edge))

    caught = [node for node in nodes if isinstance(node, ast.ExceptHandler) and _is_wide(node)]

    assert len(caught) == 1
    assert "log.exception(" in ast.unparse(caught[0])


@pytest.mark.parametrize("path", REPORTS, ids=lambda path: path.stem)
def test_a_report_says_what_its_numbers_are(path):
    wanted = ["Source:", "Units:"] if re.search(r"\b(count|sum|uniq)\w*\(", path.read_text()) else ["Source:"]

    silent = [
        f"{name_of(path)}:{function.lineno} {function.name}() lacks {', '.join(missing)}"
        for function in functions(path)
        if _asks(function) and (missing := [word for word in wanted if word not in (ast.get_docstring(function) or "")])
    ]

    assert not silent, listed(silent, "a reader must know what is counted and from which table (STYLE, A query)")


@pytest.mark.parametrize("path", templates(), ids=name_of)
def test_a_template_compiles(path):
    get_template(str(path.relative_to(sources.ROOT / "templates")))


@pytest.mark.parametrize("path", PARTS, ids=name_of)
def test_a_part_has_one_root(path):
    roots = roots_of(path.read_text())

    assert len(roots) <= 1, (
        f"{name_of(path)} has the roots {roots}: wrap them, or make each a part; an update replaces one element"
    )


@pytest.mark.parametrize(
    ("part", "roots"),
    [
        ('<div id="a"><p>one</p><br></div>', ["div"]),
        ("{% for x in xs %}<tr><td>{{ x }}</td></tr>{% endfor %}", ["tr"]),
        ("{% if a %}<p>yes</p>{% elif b %}<p>so so</p>{% else %}<p>no</p>{% endif %}", ["p"]),
        ("{% if a %}{% if b %}<p></p>{% else %}<i></i>{% endif %}{% else %}<b></b>{% endif %}", ["p"]),
        ("{# <i></i> #}<p></p><p></p>", ["p", "p"]),
        ('{% include "_other.html" %}', []),
    ],
)
def test_the_roots_of_a_part_are_counted(part, roots):
    assert roots_of(part) == roots


def test_tests_use_no_mocks():
    found = [
        f"{name_of(path)}:{line}"
        for path in modules("tests")
        for line, imported in sources.imports(path)
        if imported.startswith(("unittest.mock", "mock.", "pytest_mock"))
    ]

    assert not found, listed(found, "use the real thing: ./dev test starts PostgreSQL, Redis and ClickHouse")


def roots_of(source: str) -> list[str]:
    """Elements at the top of a part. Of the ways of an `if` only the first counts: one of them is drawn."""
    source = re.sub(r"\{#.*?#\}|\{% comment %\}.*?\{% endcomment %\}", "", source, flags=re.DOTALL)
    innermost = re.compile(r"\{% if (?:(?!\{% (?:if|endif)\b).)*?\{% endif %\}", re.DOTALL)
    while match := innermost.search(source):
        first = re.split(r"\{% (?:elif|else)\b[^%]*%\}", match[0])[0]
        source = source[: match.start()] + re.sub(r"\{%.*?%\}", "", first) + source[match.end() :]
    parser = _Roots()
    parser.feed(re.sub(r"\{%.*?%\}|\{\{.*?\}\}", "", source, flags=re.DOTALL))
    return parser.roots


class _Roots(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.roots: list[str] = []
        self._depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if not self._depth:
            self.roots.append(tag)
        self._depth += tag not in VOID

    def handle_endtag(self, tag: str) -> None:
        self._depth -= tag not in VOID

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if not self._depth:
            self.roots.append(tag)


def _asks(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """A public function that is handed the warehouse."""
    return not function.name.startswith("_") and any(arg.arg == "warehouse" for arg in function.args.args)


def _is_wide(handler: ast.ExceptHandler) -> bool:
    """Catches everything, and does not raise it again at its end."""
    caught = handler.type
    everything = caught is None or (isinstance(caught, ast.Name) and caught.id in ("Exception", "BaseException"))
    last = handler.body[-1]
    return everything and not (isinstance(last, ast.Raise) and last.exc is None)

"""What stands in this repository, for tests that read it: modules with their syntax trees, templates, pages of documentation."""

import ast
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TOPS = ("apps", "trellis", "stack", "bench")
FLOORS = {"accounts": 1, "ingress": 1, "campaigns": 2, "attribution": 3, "analytics": 4, "discovery": 5}
DJANGO_S = frozenset({"management", "commands", "templatetags"})


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def modules(*folders: str, migrations: bool = False) -> list[Path]:
    """Python files under these top folders, ours by default."""
    found = [path for folder in folders or TOPS for path in sorted((ROOT / folder).rglob("*.py"))]
    return [path for path in found if migrations or "migrations" not in path.parts]


def packages() -> list[Path]:
    """Folders with modules of ours, but those Django wants and nobody need be told of."""
    return sorted({path.parent for path in modules() if path.parent.name not in DJANGO_S})


def templates() -> list[Path]:
    return sorted((ROOT / "templates").rglob("*.html"))


def pages() -> list[Path]:
    """README and everything under docs/."""
    return [path for path in (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))) if path.exists()]


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), filename=str(path))


def imports(path: Path) -> list[tuple[int, str]]:
    """Every import as line and dotted name; `from apps.ingress import lease` is `apps.ingress.lease`."""
    return sorted(found for node in ast.walk(tree(path)) for found in _named(node))


def ours(imported: str) -> bool:
    return imported.split(".", maxsplit=1)[0] in (*TOPS, "tests")


def is_standard(package: str) -> bool:
    return package in sys.stdlib_module_names


def module_of(imported: str) -> Path | None:
    """The file of an imported name of ours: the module itself, or the one that holds the name."""
    parts = imported.split(".")
    for end in (len(parts), len(parts) - 1):
        place = ROOT.joinpath(*parts[:end])
        for path in (place.with_suffix(".py"), place / "__init__.py"):
            if path.is_file():
                return path
    return None


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree(path)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def quoted(page: Path) -> set[str]:
    """What a page sets in `code`."""
    return set(re.findall(r"`([^`\n]+)`", page.read_text()))


def listed(offences: list[str], way_out: str) -> str:
    """The message of a failing test: who offends, and what to do about it."""
    return "\n".join(["", *offences, f"→ {way_out}"])


def _named(node: ast.AST) -> list[tuple[int, str]]:
    if isinstance(node, ast.Import):
        return [(node.lineno, alias.name) for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [(node.lineno, f"{node.module}.{alias.name}") for alias in node.names]
    return []

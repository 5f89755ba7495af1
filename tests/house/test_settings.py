"""Settings are one short file, read from the environment, with defaults that are safe in production."""

import ast
import os
import re
import subprocess
import sys

import pytest

from tests.house import sources
from tests.house.sources import ROOT, listed, modules, name_of

SETTINGS = ROOT / "trellis" / "settings.py"
EXAMPLE = ROOT / ".env.example"
MAX_LINES = 250
# What belongs to the machine or to other programs, and is no setting of ours.
NOT_OURS = {"PATH", "HOME", "DJANGO_SETTINGS_MODULE", "DJANGO_ALLOW_ASYNC_UNSAFE", "PYTHONPATH", "PYTHONUNBUFFERED"}
READS_ENVIRONMENT = (
    "trellis/settings.py",
    "trellis/gunicorn_pages.py",
    "trellis/gunicorn_ingress.py",
    "stack/",
    "bench/",
)
SETS_VARIABLES = ("trellis/__init__.py", "trellis/celery.py", "trellis/wsgi.py")
# A developer's own .env must not speak here.
PRINT_ALL = """
import environ; environ.Env.read_env = lambda *_, **__: None
import trellis.settings as s
for name in dir(s): print(name, "=", getattr(s, name))
"""


def test_settings_are_short():
    lines = len(SETTINGS.read_text().splitlines())

    assert lines < MAX_LINES, f"{lines} lines: what is not a setting, or equals Django's default, goes elsewhere"


def test_every_variable_that_is_read_is_in_the_example():
    missing = sorted(
        f"{name}, read in {place}" for name, place in variables_read().items() if name not in in_the_example()
    )

    assert not missing, listed(missing, "add it to .env.example with a line that says what it does")


def test_every_variable_of_the_example_is_read():
    unread = sorted(in_the_example() - variables_read().keys())

    assert not unread, listed(unread, "nobody reads it: take it out of .env.example, or read it")


def test_every_setting_of_ours_is_used():
    text = SETTINGS.read_text()
    names = set(re.findall(r"^((?:TRELLIS|TRUSTED)_[A-Z_]+) =", text, re.MULTILINE))
    users = [path for path in modules("apps", "trellis", migrations=True) if path.name != "checks.py"]
    used = {name for path in users for name in re.findall(r"\bsettings\.([A-Z_]+)", path.read_text())}
    used |= set(re.findall(r"(?<!\")\b([A-Z_]+)\b(?! =|\")", text))  # by another setting

    unused = sorted(names - used)

    assert not unused, listed(
        unused, "a setting that does nothing is a promise that is not kept: use it or take it out"
    )


def test_only_settings_read_the_environment():
    found = [
        f"{name_of(path)}:{node.lineno}"
        for path in modules()
        for node in ast.walk(sources.tree(path))
        if isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv") and _is_os(node.value)
        if not name_of(path).startswith(READS_ENVIRONMENT + SETS_VARIABLES)
    ]

    assert not found, listed(found, "read it in trellis/settings.py and use django.conf.settings")


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("DEBUG", "False"),
        ("SESSION_COOKIE_SECURE", "True"),
        ("CSRF_COOKIE_SECURE", "True"),
        ("SECURE_SSL_REDIRECT", "True"),
        ("SECURE_HSTS_SECONDS", "31536000"),
        ("ALLOWED_HOSTS", "[]"),
        ("ACCOUNT_EMAIL_VERIFICATION", "mandatory"),
        ("TRELLIS_SPOOL_FSYNC", "batch"),
        ("TRUSTED_PROXIES", "[]"),
    ],
)
def test_a_default_is_safe(defaults, name, safe):
    assert defaults[name] == safe


def test_no_secret_has_a_default(defaults):
    assert (defaults["SECRET_KEY"], defaults["TRELLIS_CLICK_KEY"]) == ("", "")


@pytest.fixture(scope="module")
def defaults():
    """Settings as they are when the environment says nothing."""
    environment = {"PATH": os.environ["PATH"]}
    done = subprocess.run(
        [sys.executable, "-c", PRINT_ALL], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    return {name: value.strip() for name, _, value in (line.partition(" =") for line in done.stdout.splitlines())}


def variables_read() -> dict[str, str]:
    """Names of environment variables our programs read, and where. In stack/ and bench/ a name is often data, so any counts."""
    found: dict[str, str] = {}
    for path in modules():
        anywhere = name_of(path).startswith(("stack/", "bench/"))
        for node in ast.walk(sources.tree(path)):
            names = [node] if anywhere and isinstance(node, ast.Constant) else _read_by(node)
            for name in (constant.value for constant in names):
                if isinstance(name, str) and re.fullmatch(r"TRELLIS_[A-Z_]+" if anywhere else r"[A-Z][A-Z_]+", name):
                    found.setdefault(name, name_of(path))
    for name in re.findall(r"\$\{(TRELLIS_[A-Z_]+)", (ROOT / "dev").read_text()):
        found.setdefault(name, "dev")
    return {name: place for name, place in found.items() if name not in NOT_OURS}


def in_the_example() -> set[str]:
    """Variables of .env.example, also those that stand there as a comment."""
    return set(re.findall(r"^#? ?([A-Z][A-Z_]+)=", EXAMPLE.read_text(), re.MULTILINE)) if EXAMPLE.exists() else set()


def _read_by(node: ast.AST) -> list[ast.Constant]:
    """The name given to `env.str(…)`, `os.environ.get(…)`, `os.environ[…]` or `os.getenv(…)`."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
        owner = ast.unparse(node.func.value)
        if owner == "env" or ast.unparse(node.func) in ("os.environ.get", "os.getenv"):
            return [arg for arg in node.args[:1] if isinstance(arg, ast.Constant)]
    if (
        isinstance(node, ast.Subscript)
        and ast.unparse(node.value) == "os.environ"
        and isinstance(node.slice, ast.Constant)
    ):
        return [node.slice]
    return []


def _is_os(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == "os"

"""A real Chromium looking at the pages of a live server: no page may break the policy, throw, or fail axe."""

import gc
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

from tests.accounts.make import signed_in

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
BUILT = ROOT / "static" / "build" / "app.css"
HEADLESS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
DESKTOP, PHONE = 1360, 390
LOOKS = [(theme, width) for theme in ("light", "dark") for width in (DESKTOP, PHONE)]
# An answer of 4xx or 5xx is for the test to judge; everything else on the console is a fault.
EXPECTED = ("Failed to load resource", "Response Status Error Code")
PATIENCE_MS = 15_000  # a busy machine is slow, which is not what these tests are about
expect.set_options(timeout=PATIENCE_MS)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            # The live server's threads end with their ClickHouse sockets open, which is theirs alone to clean up.
            item.add_marker(pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"))
            item.add_marker(pytest.mark.django_db(transaction=True, databases=["default", "clickhouse"]))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        _cannot_run("there is no chromium on PATH")
    if not (BUILT.exists() and AXE.exists()):
        _cannot_run("the assets are not built")
    # Playwright's event loop stays in this thread until it is stopped, and Django would take it for an async caller of
    # the ORM; so both end with the module, and the tests of others never see them.
    with pytest.MonkeyPatch.context() as environment, sync_playwright() as playwright:
        environment.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        running = playwright.chromium.launch(executable_path=chromium, args=HEADLESS)
        yield running
        running.close()


def _cannot_run(reason: str) -> NoReturn:
    if os.environ.get("TRELLIS_BROWSER_TESTS") == "required":
        pytest.fail(f"browser tests are required, but {reason}")
    pytest.skip(reason)


class Visitor:
    """Opens pages as a person (or as nobody) and remembers what the console said."""

    def __init__(self, browser: Browser, address: str) -> None:
        self.browser, self.address = browser, address
        self.contexts: list[BrowserContext] = []
        self.problems: list[str] = []

    def __call__(self, path: str, person: object = None, *, theme: str = "light", width: int = DESKTOP) -> Page:
        page = self._context(theme, width).new_page()
        page.on("console", self._listen)
        page.on("pageerror", lambda error: self.problems.append(f"thrown: {error}"))
        if person is not None:
            page.context.add_cookies([self._session_of(person)])
        page.goto(self.address + path)
        return page

    def _context(self, theme: str, width: int) -> BrowserContext:
        context = self.browser.new_context(
            viewport={"width": width, "height": 860}, color_scheme=theme, reduced_motion="reduce"
        )
        context.set_default_timeout(PATIENCE_MS)
        self.contexts.append(context)
        return context

    def _session_of(self, person: object) -> dict[str, str]:
        client = signed_in(Client(), person)
        value = client.cookies[settings.SESSION_COOKIE_NAME].value
        return {
            "name": settings.SESSION_COOKIE_NAME,
            "value": value,
            "domain": urlsplit(self.address).hostname or "",
            "path": "/",
        }

    def _listen(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not message.text.startswith(EXPECTED):
            self.problems.append(f"{message.type}: {message.text}")


@pytest.fixture
def visit(browser: Browser, live_server) -> Iterator[Visitor]:
    visitor = Visitor(browser, live_server.url)
    yield visitor
    for context in visitor.contexts:
        context.close()
    gc.collect()
    assert visitor.problems == []


@pytest.fixture(scope="session")
def violations() -> Callable[[Page], list[str]]:
    """What axe finds on the page as it is now: one line for each kind, with the first element that has it."""
    source = AXE.read_text()

    def found(page: Page) -> list[str]:
        page.evaluate(source)
        # Without preload axe adds no style of its own, which the policy would refuse.
        kinds = page.evaluate(
            "axe.run({preload: false, resultTypes: ['violations']}).then((found) => found.violations)"
        )
        return [f"{kind['id']} ({len(kind['nodes'])}): {kind['nodes'][0]['html'][:160]}" for kind in kinds]

    return found


@pytest.fixture(scope="session")
def too_wide() -> Callable[[Page], bool]:
    """Whether the page scrolls sideways."""
    return lambda page: page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")

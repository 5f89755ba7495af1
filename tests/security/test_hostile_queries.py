"""What strangers and members put into the addresses of pages and the API: an answer, never a fault, and no header of theirs."""

from urllib.parse import quote

import pytest
from django.test import Client

from tests.accounts import make
from tests.security.addresses import path, places
from tests.security.conftest import Acme
from tests.security.hostile import WORDS
from tests.security.markup import Markup
from tests.security.rules import ACCOUNTS, OURS

NAMES = """span from to kinds kind q link reason after format search page version lang script cursor limit next utm_source
urlconf""".split()
TEXTS = [
    WORDS[word] for word in ("a script", "new lines", "a null", "a number too large", "brace formats", "right to left")
]
LOOKED_AT = [route for route, (_, methods) in (OURS | ACCOUNTS).items() if "GET" in methods]


@pytest.fixture
def browser(client: Client, acme: Acme) -> Client:
    """Somebody to whom every page is open, whose program has a key."""
    acme.owner.user.is_staff = True
    acme.owner.user.save()
    client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {acme.token}"
    return make.signed_in(client, acme.owner)


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: text[:10].encode("unicode_escape").decode())
def test_no_query_is_a_fault_of_ours(browser: Client, acme: Acme, text: str) -> None:
    browser.raise_request_exception = False

    for route in LOOKED_AT:
        answer = browser.get(path(route, acme.names(route)), dict.fromkeys(NAMES, text))

        assert (route, answer.status_code) == (route, min(answer.status_code, 499))
        assert "script" not in answer.headers.get("Content-Disposition", "")
        if answer["Content-Type"].startswith("text/html"):
            assert (route, Markup(answer.text).harm) == (route, [])


@pytest.mark.parametrize("route", [route for route in LOOKED_AT if places(route)])
def test_no_name_is_a_fault_of_ours(browser: Client, acme: Acme, route: str) -> None:
    for text in TEXTS:
        names = {place: quote(text, safe="") for place in places(route)}

        assert browser.get(path(route, names)).status_code < 500


@pytest.mark.parametrize(
    "text", ["", "\0", "trl_live_\0_x", "trl_live__", "trl_live_é_ü", "Bearer Bearer", "x" * 9_000]
)
def test_no_key_is_a_fault_of_ours(client: Client, acme: Acme, text: str) -> None:
    assert client.get("/api/v1/events", headers={"Authorization": f"Bearer {text}"}).status_code == 401

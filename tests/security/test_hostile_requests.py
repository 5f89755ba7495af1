"""What strangers send to the tracking port: nothing breaks, nobody is led away, and every byte is kept."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.ingress.servers import Reply, running_ingress
from tests.security.hostile import PLACES, SHOP, WORDS, Asked, request

ANSWERED_WITH = {
    "cache-control", "content-length", "content-security-policy", "content-type", "connection", "date", "location",
    "set-cookie", "x-content-type-options", "x-robots-tag",
}  # fmt: skip
METHODS = (
    "PUT",
    "DELETE",
    "TRACE",
    "CONNECT",
    "PROPFIND",
    "get",
    "GET\t",
    "<script>",
    "=1+1",
    "G\xc3\x89T",
    "X" * 5_000,
)


@pytest.fixture(params=PLACES)
def asked(request: pytest.FixtureRequest, hostile: list[Asked]) -> list[Asked]:
    """Every word in one of the places."""
    return [one for one in hostile if one.place == request.param]


def leads_away(reply: Reply) -> bool:
    return "location" in reply.headers and not reply.headers["location"].startswith(f"https://{SHOP}/")


def is_split(reply: Reply) -> bool:
    return bool(reply.headers.keys() - ANSWERED_WITH) or "evil" in reply.headers.get("set-cookie", "")


def test_nothing_is_a_fault_of_ours(asked: list[Asked]) -> None:
    assert len(asked) == len(WORDS)
    assert [one.word for one in asked if not 200 <= one.reply.status < 500] == []


def test_nobody_is_led_away(asked: list[Asked]) -> None:
    assert [one.word for one in asked if leads_away(one.reply)] == []
    assert {urlsplit(one.reply.headers.get("location", "")).hostname for one in asked} <= {None, SHOP}


def test_no_header_of_an_answer_is_split(asked: list[Asked]) -> None:
    assert [one.word for one in asked if is_split(one.reply)] == []


def test_whatever_is_http_is_kept(asked: list[Asked]) -> None:
    assert [one.word for one in asked if one.is_http and not one.line] == []


def test_the_address_is_kept_to_the_byte(asked: list[Asked]) -> None:
    changed = [one.word for one in asked if one.is_http and bytes_of(one.event.path, one.event.query) != one.target]

    assert changed == []


def test_headers_of_the_list_are_kept_to_the_byte(asked: list[Asked]) -> None:
    changed = [
        one.word
        for one in asked
        if one.is_http
        for name, value in one.headers
        if value.strip(b" \t") not in kept_values(one, name.decode())
        and name.decode() not in one.event.withheld_headers
    ]

    assert changed == []


def test_no_cookie_is_kept(hostile: list[Asked]) -> None:
    told = [one for one in hostile if one.place == "raw cookie" and one.is_http]

    assert {one.event.withheld_headers for one in told} == {("Cookie",)}
    assert not [one for one in told if "trl_visitor" in one.line.decode()]


def test_the_decoded_value_is_the_word_itself(hostile: list[Asked]) -> None:
    values = {one.word: one.event.parameters["v"] for one in hostile if one.place == "value"}

    assert values == WORDS


def test_an_odd_method_is_refused(tmp_path: Path) -> None:
    with running_ingress(tmp_path) as ingress:
        replies = [ingress.send(request(0, b"/in/spring", [], method.encode("latin-1"))) for method in METHODS]

        assert {reply.status for reply in replies} <= {400, 405, 414, 501}
        assert ingress.events() == []


def bytes_of(path: str, query: str) -> bytes:
    return (f"{path}?{query}" if query else path).encode("utf-8", "surrogateescape")


def kept_values(asked: Asked, name: str) -> list[bytes]:
    return [value.encode("utf-8", "surrogateescape") for header, value in asked.event.headers if header == name]

"""What lines of an access log say, the nasty ones above all."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from apps.ingress.access_log import Format, Hit, Malformed, ServerLog
from apps.ingress.access_log_formats import reader_for, reader_from, recognised
from apps.ingress.access_log_w3c import W3cLog

WHEN = b"[17/May/2026:10:05:03 +0200]"
COMBINED = b'203.0.113.5 - - %b "%b" 302 0 "%b" "%b"'
COMMON_LINE = b'203.0.113.5 - - [17/May/2026:10:05:03 +0200] "GET / HTTP/1.1" 200 17'
BERLIN = ZoneInfo("Europe/Berlin")
FIELDS = b"#Fields: date time c-ip cs-method cs-uri-stem cs-uri-query sc-status cs(User-Agent) cs(Referer) time-taken"


def combined(
    request: bytes = b"GET /a HTTP/1.1", *, when: bytes = WHEN, referrer: bytes = b"-", agent: bytes = b"curl/8.0"
) -> Hit:
    return ServerLog(Format.COMBINED).read(COMBINED % (when, request, referrer, agent))


def w3c(row: bytes) -> Hit:
    log = W3cLog()
    log.read(FIELDS)
    hit = log.read(row)
    assert hit
    return hit


def test_a_combined_line_says_who_when_what_and_from_where() -> None:
    hit = combined(b"GET /in/spring?a=1&a=2 HTTP/1.1", referrer=b"https://example.org/", agent=b"Mozilla/5.0")

    assert hit == Hit(
        happened_at=datetime(2026, 5, 17, 8, 5, 3, tzinfo=UTC),
        ip="203.0.113.5",
        method="GET",
        path="/in/spring",
        query="a=1&a=2",
        status=302,
        referrer="https://example.org/",
        user_agent="Mozilla/5.0",
        extras=((":protocol", "HTTP/1.1"), (":bytes", "0")),
    )


def test_a_dash_is_nothing() -> None:
    hit = combined(referrer=b"-", agent=b"-")

    assert (hit.referrer, hit.user_agent) == ("", "")


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        (rb"say \"hi\"", 'say "hi"'),
        (rb"back\\slash", "back\\slash"),
        (rb"\\x41", r"\x41"),
        (rb"tab\there", "tab\there"),
        (rb"\x22nginx\x22", '"nginx"'),
        (rb"\xc3\xa9", "\xc3\xa9"),
        (rb"\xff", "\xff"),
        (rb"\q \xz1", r"\q \xz1"),
        (b"raw \xe9 byte", "raw \xe9 byte"),
        (rb"ends in \\", "ends in \\"),
    ],
)
def test_escapes_are_the_bytes_that_were_sent(written: bytes, sent: str) -> None:
    hit = combined(agent=written)

    assert hit.user_agent == sent
    assert not hit.mended


@pytest.mark.parametrize(
    ("request_line", "method", "path", "query"),
    [
        (b"GET / HTTP/1.0", "GET", "/", ""),
        (b"GET /old", "GET", "/old", ""),
        (b"GET /with space?b c HTTP/1.1", "GET", "/with space", "b c"),
        (b"GET /?a=1?2 HTTP/1.1", "GET", "/", "a=1?2"),
        (b"GET /ends? HTTP/1.1", "GET", "/ends?", ""),
        (b"GET http://example.com/x?y HTTP/1.1", "GET", "http://example.com/x", "y"),
        (b"OPTIONS * HTTP/1.1", "OPTIONS", "*", ""),
        (b"CONNECT example.com:443 HTTP/1.1", "CONNECT", "example.com:443", ""),
        (rb"GET /\"quoted\" HTTP/1.1", "GET", '/"quoted"', ""),
    ],
)
def test_a_request_line_is_kept_as_it_was_sent(request_line: bytes, method: str, path: str, query: str) -> None:
    hit = combined(request_line)

    assert (hit.method, hit.path, hit.query) == (method, path, query)


@pytest.mark.parametrize(
    ("request_line", "kept"), [(rb"\x16\x03\x01", "\x16\x03\x01"), (b"hello", "hello"), (b"", ""), (b"-", "")]
)
def test_what_is_no_request_is_a_hit_all_the_same(request_line: bytes, kept: str) -> None:
    hit = combined(request_line)

    assert (hit.method, hit.path, hit.query) == ("", "", "")
    assert dict(hit.extras).get(":request", "") == kept


@pytest.mark.parametrize(
    ("when", "utc"),
    [
        (b"[17/May/2026:10:05:03 +0200]", (17, 8, 5, 3)),
        (b"[17/May/2026:00:05:03 -0330]", (17, 3, 35, 3)),
        (b"[17/May/2026:23:59:60 +0000]", (17, 23, 59, 59)),
        (b"[2026-05-17T10:05:03+02:00]", (17, 8, 5, 3)),
        (b"[17/May/2026:10:05:03]", (17, 10, 5, 3)),
    ],
)
def test_the_zone_of_the_line_counts(when: bytes, utc: tuple[int, int, int, int]) -> None:
    day, hour, minute, second = utc

    assert combined(when=when).happened_at == datetime(2026, 5, day, hour, minute, second, tzinfo=UTC)


def test_a_time_without_a_zone_takes_the_one_that_was_named() -> None:
    reader = ServerLog(Format.COMBINED, BERLIN)

    hit = reader.read(COMBINED % (b"[17/Jan/2026:10:05:03]", b"GET / HTTP/1.1", b"-", b"-"))

    assert hit.happened_at == datetime(2026, 1, 17, 9, 5, 3, tzinfo=UTC)


def test_a_host_name_instead_of_an_address_is_no_address() -> None:
    hit = ServerLog(Format.COMMON).read(COMMON_LINE.replace(b"203.0.113.5", b"dsl-7.example.net"))

    assert hit.ip == ""
    assert (":client", "dsl-7.example.net") in hit.extras


def test_the_person_signed_in_may_have_a_blank_in_the_name() -> None:
    hit = ServerLog(Format.COMMON).read(COMMON_LINE.replace(b"- -", b"- dana demo"))

    assert (":user", "dana demo") in hit.extras


def test_what_a_server_adds_behind_the_format_is_kept() -> None:
    line = COMBINED % (WHEN, b"GET / HTTP/1.1", b"-", b"curl/8.0") + b' "198.51.100.7" rt=0.002'

    hit = ServerLog(Format.NGINX).read(line)

    assert (":more", '"198.51.100.7" rt=0.002') in hit.extras


def test_vhost_combined_names_the_host() -> None:
    line = b"go.example.com:443 " + COMBINED % (WHEN, b"GET / HTTP/1.1", b"-", b"curl/8.0")

    hit = ServerLog(Format.VHOST_COMBINED).read(line)

    assert (hit.host, hit.ip) == ("go.example.com:443", "203.0.113.5")


def test_a_last_part_without_its_end_is_not_taken_for_an_agent() -> None:
    line = (COMBINED % (WHEN, b"GET / HTTP/1.1", b"-", b"Mozilla/5.0 (compat"))[:-1]

    hit = ServerLog(Format.COMBINED).read(line)

    assert hit.mended
    assert hit.user_agent == ""
    assert (":cut", "Mozilla/5.0 (compat") in hit.extras


def test_a_line_wrapped_in_quotes_is_unwrapped() -> None:
    line = b'"' + COMBINED % (WHEN, rb"GET /\" HTTP/1.1", b"-", b"curl/8.0") + b'"'

    hit = ServerLog(Format.COMBINED).read(line)

    assert hit.mended
    assert (hit.ip, hit.path, hit.user_agent) == ("203.0.113.5", '/"', "curl/8.0")


def test_quotes_that_nobody_escaped_do_not_lose_the_hit() -> None:
    hit = combined(b'GET /?a="b" HTTP/1.1', referrer=b"https://example.org/", agent=b'the "best" browser')

    assert hit.mended
    assert (hit.query, hit.referrer, hit.user_agent) == ('a="b"', "https://example.org/", 'the "best" browser')


@pytest.mark.parametrize(
    "line",
    [
        b"no line",
        b'203.0.113.5 - - [17/May/2026:10:05:03 +0200] "GET / HTTP/1.1"',
        b'203.0.113.5 - - [31/Feb/2026:10:05:03 +0200] "GET / HTTP/1.1" 200 1 "-" "-"',
        b'203.0.113.5 - - [17/Foo/2026:10:05:03 +0200] "GET / HTTP/1.1" 200 1 "-" "-"',
        b'203.0.113.5 - - [01/Jan/0001:00:00:00 +1400] "GET / HTTP/1.1" 200 1 "-" "-"',
        b'203.0.113.5 - - "GET / HTTP/1.1" 200 1 "-" "-"',
        b"\x00\x01\x02",
    ],
)
def test_what_has_no_address_time_request_and_status_is_malformed(line: bytes) -> None:
    with pytest.raises(Malformed):
        ServerLog(Format.COMBINED).read(line)


def test_a_hostile_line_is_read_as_quickly_as_any() -> None:
    line = b'1.1.1.1 - - [17/May/2026:10:05:03 +0200] "' + b'" 200 "' * 60_000

    with pytest.raises(Malformed):
        ServerLog(Format.COMMON).read(line)


def test_w3c_lines_are_read_by_the_fields_named_before_them() -> None:
    hit = w3c(b"2026-05-17 10:05:03 203.0.113.5 GET /a x=1 200 Mozilla/5.0+(X11) https://example.org/ 15")

    assert hit.happened_at == datetime(2026, 5, 17, 10, 5, 3, tzinfo=UTC)
    assert (hit.ip, hit.method, hit.path, hit.query, hit.status) == ("203.0.113.5", "GET", "/a", "x=1", 200)
    assert (hit.user_agent, hit.referrer) == ("Mozilla/5.0 (X11)", "https://example.org/")
    assert hit.extras == ((":time-taken", "15"),)


def test_w3c_dashes_are_nothing() -> None:
    hit = w3c(b"2026-05-17 10:05:03 203.0.113.5 GET /a - 200 - - 15")

    assert (hit.query, hit.user_agent, hit.referrer) == ("", "", "")


@pytest.mark.parametrize("row", [b"2026-05-17 10:05:03", b"2026-05-17 25:05:03 203.0.113.5 GET /a - 200 - - 15"])
def test_w3c_rows_that_do_not_fit_are_malformed(row: bytes) -> None:
    with pytest.raises(Malformed):
        w3c(row)


def test_w3c_before_any_fields_is_malformed() -> None:
    with pytest.raises(Malformed, match="no #Fields"):
        W3cLog().read(b"2026-05-17 10:05:03")


@pytest.mark.parametrize(
    ("lines", "format"),
    [
        ([COMMON_LINE], Format.COMMON),
        ([COMBINED % (WHEN, b"GET / HTTP/1.1", b"-", b"-")], Format.COMBINED),
        ([b"www.example.com " + COMBINED % (WHEN, b"GET / HTTP/1.1", b"-", b"-")], Format.VHOST_COMBINED),
        ([FIELDS, b"2026-05-17 10:05:03 203.0.113.5 GET /a - 200 - - 15"], Format.W3C),
        ([b"garbage", COMBINED % (WHEN, b"GET / HTTP/1.1", b"-", b"-"), b""], Format.COMBINED),
        ([b"id,name", b"1,Dana"], None),
        ([], None),
    ],
)
def test_the_format_is_recognised(lines: list[bytes], format: Format | None) -> None:
    assert recognised(lines, UTC) == format


@pytest.mark.parametrize("format", list(Format))
def test_a_reader_can_be_made_again_from_what_it_says_of_itself(format: Format) -> None:
    reader = reader_for(format, BERLIN)

    again = reader_from(reader.context())

    assert again == reader

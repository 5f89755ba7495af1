import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.ingress.answer import COOKIE_RENEW_MS, SAFE_PAGE, Answer, Request, cookie_header, is_tracked
from apps.ingress.capture import Capture
from apps.ingress.event import Event
from apps.ingress.line import decode
from apps.ingress.snowflake import EPOCH_MS
from tests.ingress.make import CLICKS, VISITORS, a_desk, a_request, a_table


def asked(target: str = "/in/spring", **headers: str) -> tuple[Answer, Event]:
    answer = a_desk().answer(a_request(target, **headers))
    return answer, decode(answer.line)


def test_a_click_is_sent_on_with_its_id_and_kept() -> None:
    answer, event = asked("/in/spring?utm_source=news")

    assert answer.status == 302
    assert answer.location == f"https://shop.example.com/?trl_click={CLICKS.seal(event.event_id)}"
    assert (event.path, event.query, event.link_id, event.organization_id) == ("/in/spring", "utm_source=news", 70, 7)
    assert event.destination == answer.location


def test_macros_are_filled_from_the_request() -> None:
    table = a_table(
        m={"destination": "https://shop.example.com/{param.page}?c={click_id}&k={keyword}&s={sub2}&x={external_id}"}
    )

    answer = a_desk(table).answer(a_request("/in/m?page=a%2Fb&utm_term=red+shoes&sub2=%C3%A9"))

    click_id = CLICKS.seal(decode(answer.line).event_id)
    assert answer.location == f"https://shop.example.com/a%2Fb?c={click_id}&k=red%20shoes&s=%C3%A9&x="


def test_the_macros_of_ourselves_are_filled() -> None:
    table = a_table(m={"destination": "https://shop.example.com/?v={visitor_id}&t={timestamp}&c={click_id}"})

    answer = a_desk(table).answer(a_request("/in/m"))

    event = decode(answer.line)
    assert f"v={VISITORS.seal(event.visitor_id)}&t={int(event.happened_at.timestamp())}&" in answer.location


@pytest.mark.parametrize(
    ("target", "status", "reason"),
    [
        ("/in/autumn", 404, "unknown_key"),
        ("/in", 404, "no_destination"),
        ("/in/", 404, "no_destination"),
        ("/in/spring/more", 404, "unknown_key"),
        ("/in?org=acme&to=https://evil.net/", 400, "to_unverified"),
        ("/in?org=acme&to=javascript:alert(1)", 400, "to_bad_url"),
        ("/in?org=acme&to=https://a.example/&sig=x", 400, "signature_bad"),
    ],
)
def test_a_refused_click_is_kept_with_its_reason_and_led_nowhere(target: str, status: int, reason: str) -> None:
    answer, event = asked(target)

    assert (answer.status, answer.location) == (status, "")
    assert (event.status, event.reason, event.destination) == (status, reason, "")


def test_a_refused_click_goes_to_the_organizations_safe_page_if_it_has_one() -> None:
    desk = a_desk(a_table(organization={"safe_url": "https://example.com/sorry"}, old={"paused": True}))

    answer = desk.answer(a_request("/in/old"))

    assert (answer.status, answer.location) == (302, "https://example.com/sorry")
    assert decode(answer.line).reason == "paused"


def test_a_new_visitor_gets_a_cookie_and_is_known_by_it_afterwards() -> None:
    desk = a_desk()

    first = desk.answer(a_request())
    second = desk.answer(a_request(cookie=f"trl_visitor={first.cookie}"))

    first_event, second_event = decode(first.line), decode(second.line)
    assert first_event.visitor_is_new
    assert not second_event.visitor_is_new
    assert second_event.visitor_id == first_event.visitor_id
    assert second.cookie == ""


@pytest.mark.parametrize("cookie", ["", "x", "0" * 21, CLICKS.seal(5), "é" * 21, "a" * 5_000])
def test_a_forged_visitor_cookie_makes_a_new_visitor(cookie: str) -> None:
    answer, event = asked(cookie=f"trl_visitor={cookie}")

    assert event.visitor_is_new
    assert VISITORS.open(answer.cookie) == event.visitor_id


def test_an_old_cookie_is_renewed_and_the_visitor_stays_the_same() -> None:
    old = VISITORS.seal((COOKIE_RENEW_MS // 86_400_000) << 22)  # made in the first days of 2024

    answer, event = asked(cookie=f"trl_visitor={old}")

    assert answer.cookie == old
    assert event.visitor_id == VISITORS.open(old)
    assert event.happened_at.timestamp() * 1000 - EPOCH_MS > COOKIE_RENEW_MS


def test_the_cookie_is_first_party_and_out_of_reach_of_scripts() -> None:
    answer, _ = asked()

    assert cookie_header(answer) == f"trl_visitor={answer.cookie}; Path=/; Max-Age=34560000; HttpOnly; SameSite=Lax"


def test_over_https_the_cookie_is_secure() -> None:
    desk = a_desk(capture=Capture(trusted_proxies=["203.0.113.0/24"]))

    assert cookie_header(desk.answer(a_request(x_forwarded_proto="https"))).endswith("; Secure")


def test_no_secret_of_the_request_is_on_the_line() -> None:
    answer, event = asked(cookie="session=hunter2", authorization="Bearer hunter2", x_api_key="hunter2")

    assert b"hunter2" not in answer.line
    assert event.withheld_headers == ("Cookie", "Authorization", "X-Api-Key")


def test_a_fault_in_routing_still_answers_and_keeps_the_click() -> None:
    desk = a_desk()
    desk.table.links["broken"] = "not a route"  # type: ignore[assignment]

    answer = desk.answer(a_request("/in/broken?utm_source=x"))

    event = decode(answer.line)
    assert (answer.status, event.reason, event.query) == (503, "fault", "utm_source=x")


def test_a_location_too_long_for_a_header_is_not_sent() -> None:
    answer, event = asked(f"/in?org=acme&to=https://example.com/{'a' * 9_000}")

    assert (answer.status, answer.location, event.reason) == (400, "", "location_too_long")


@settings(max_examples=300)
@given(
    st.binary(max_size=120).filter(lambda raw: not set(raw) & set(b" \r\n")),
    st.binary(max_size=60).filter(lambda raw: not set(raw) & set(b"\r\n")),
)
def test_no_request_makes_a_header_that_is_not_one_line_of_ascii(tail: bytes, value: bytes) -> None:
    headers = [(b"Host", value), (b"User-Agent", value), (b"Cookie", value), (b"X-Forwarded-For", value)]

    answer = a_desk().answer(Request(b"GET", b"/in/spring?to=" + tail, headers, "203.0.113.9"))

    assert answer.status in (302, 400, 404)
    assert answer.location.isascii()
    assert not {"\r", "\n", "\x00"} & set(answer.location + cookie_header(answer))
    assert decode(answer.line).query.encode("utf-8", "surrogateescape") == b"to=" + tail.partition(b"?")[0] + (
        b"?" + tail.partition(b"?")[2] if b"?" in tail else b""
    )


@pytest.mark.parametrize("target", [b"/in", b"/in/", b"/in/key", b"/in?a=b", b"/in/key?a"])
def test_tracked_links_are_told(target: bytes) -> None:
    assert is_tracked(target)


@pytest.mark.parametrize("target", [b"/", b"/inbox", b"/index.html", b"/IN/key", b"//in/key", b"/in%2Fkey", b"/i", b""])
def test_other_paths_are_not_tracked_links(target: bytes) -> None:
    assert not is_tracked(target)


def test_the_safe_page_says_what_to_do_and_runs_nothing() -> None:
    assert b"You can close this page" in SAFE_PAGE or b"you can close this page" in SAFE_PAGE
    assert b"<script" not in SAFE_PAGE


def test_a_question_mark_with_nothing_behind_it_is_kept_and_does_no_harm() -> None:
    answer, event = asked("/in/spring?")

    assert answer.status == 302
    assert (event.path, event.query, event.link_key) == ("/in/spring?", "", "spring")

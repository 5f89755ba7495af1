import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.ingress.capture import REMEMBERED_NAMES, Capture, Request, first_values, parameters_of, utf8
from tests.ingress.make import VISITORS, a_request

PROXY = "10.0.0.1"


def behind_proxies() -> Capture:
    return Capture(trusted_proxies=["10.0.0.0/8", "2001:db8::/32"])


def test_the_query_is_kept_to_the_letter() -> None:
    captured = Capture().read(a_request("/in/spring?b=2&a=1&a=%20&&empty=&%zz=%&q=a+b;c"))

    assert captured.query == "b=2&a=1&a=%20&&empty=&%zz=%&q=a+b;c"


@given(st.binary(max_size=60).filter(lambda raw: not set(raw) & set(b" \r\n")))
def test_any_bytes_of_a_target_can_be_had_back(raw: bytes) -> None:
    captured = Capture().read(Request(b"GET", b"/in/x?" + raw, [], "203.0.113.9"))

    assert captured.query.encode("latin-1") == raw


def test_headers_keep_order_spelling_and_repeats() -> None:
    pairs = [(b"ACCEPT", b"a"), (b"Host", b"x"), (b"accept", b"b"), (b"Accept", b"\xff")]

    captured = Capture().read(Request(b"GET", b"/in", pairs, "203.0.113.9"))

    assert captured.headers == [("ACCEPT", "a"), ("Host", "x"), ("accept", "b"), ("Accept", "\xff")]


@pytest.mark.parametrize(
    "name", ["Cookie", "Authorization", "Proxy-Authorization", "X-Api-Key", "X-Auth-Token", "X-Csrf-Token"]
)
def test_of_a_header_that_may_hold_a_secret_only_the_name_is_kept(name: str) -> None:
    captured = Capture().read(Request(b"GET", b"/in", [(name.encode(), b"hunter2")], "203.0.113.9"))

    assert captured.headers == []
    assert captured.withheld == [name]
    assert "hunter2" not in repr(captured)


def test_an_installation_may_keep_more_headers() -> None:
    captured = Capture(kept=["X-Campaign"]).read(a_request(x_campaign="spring"))

    assert captured.named["x-campaign"] == "spring"


def test_a_flood_of_header_names_is_read_and_not_remembered() -> None:
    capture = Capture()

    for n in range(REMEMBERED_NAMES + 500):
        capture.read(Request(b"GET", b"/in", [(b"X-%d" % n, b"")], "203.0.113.9"))

    assert len(capture._names) == REMEMBERED_NAMES


def test_the_visitor_cookie_is_found_among_others() -> None:
    sealed = VISITORS.seal(5)

    captured = Capture().read(a_request(cookie=f"a=1; trl_visitor={sealed}; session=secret"))

    assert captured.cookie == sealed


def test_without_trusted_proxies_forwarded_headers_are_only_headers() -> None:
    captured = Capture().read(a_request(x_forwarded_for="1.2.3.4", x_forwarded_proto="https", x_forwarded_host="evil"))

    assert (captured.ip, captured.scheme, captured.host) == ("203.0.113.9", "http", "go.example.com")
    assert ("X-Forwarded-For", "1.2.3.4") in captured.headers


def test_a_trusted_proxy_is_believed() -> None:
    request = a_request(
        peer=PROXY, x_forwarded_for="198.51.100.7", x_forwarded_proto="https", x_forwarded_host="go.shop"
    )

    captured = behind_proxies().read(request)

    assert (captured.ip, captured.scheme, captured.host) == ("198.51.100.7", "https", "go.shop")


@pytest.mark.parametrize(
    ("forwarded_for", "ip"),
    [
        ("6.6.6.6, 198.51.100.7", "198.51.100.7"),  # the visitor may have sent the first himself
        ("6.6.6.6, 198.51.100.7, 10.0.0.2", "198.51.100.7"),  # two proxies of ours in a row
        ("10.0.0.3, 10.0.0.2", "10.0.0.3"),
        ("2001:db8:1::1, 2a00::7, 2001:db8::9", "2a00::7"),
        ("nonsense", PROXY),
        ("198.51.100.7, nonsense", PROXY),
        ("", PROXY),
        ("198.51.100.7:8080", PROXY),
    ],
)
def test_the_address_is_the_nearest_that_is_no_proxy_of_ours(forwarded_for: str, ip: str) -> None:
    assert behind_proxies().read(a_request(peer=PROXY, x_forwarded_for=forwarded_for)).ip == ip


def test_addresses_are_read_from_all_headers_of_the_name() -> None:
    """Some proxies append to the header that came, some add one of their own."""
    request = a_request(peer=PROXY)
    hops = [(b"X-Forwarded-For", b"6.6.6.6, 198.51.100.7"), (b"x-forwarded-for", b"10.0.0.2")]

    captured = behind_proxies().read(request._replace(headers=[*request.headers, *hops]))

    assert captured.ip == "198.51.100.7"


def test_a_peer_outside_the_trusted_networks_is_not_believed() -> None:
    assert behind_proxies().read(a_request(peer="203.0.113.9", x_forwarded_for="1.2.3.4")).ip == "203.0.113.9"


@pytest.mark.parametrize(
    ("query", "pairs"),
    [
        ("a=1&a=2&b", [("a", "1"), ("a", "2"), ("b", "")]),
        ("q=caf%C3%A9+au+lait", [("q", "café au lait")]),
        ("&&a=b=c&", [("a", "b=c")]),
        ("%E0%A4=x", [("\udce0\udca4", "x")]),
        ("q=caf\xc3\xa9", [("q", "café")]),
        ("q=%", [("q", "%")]),
        ("", []),
    ],
)
def test_parameters_are_read_in_order_with_repeats(query: str, pairs: list[tuple[str, str]]) -> None:
    assert parameters_of(query) == pairs


def test_of_a_repeated_parameter_the_first_counts() -> None:
    assert first_values("a=1&b=2&a=3") == {"a": "1", "b": "2"}


def test_bytes_that_are_not_utf8_survive_the_reading() -> None:
    assert utf8("\xff\xc3\xa9").encode("utf-8", "surrogateescape") == b"\xff\xc3\xa9"

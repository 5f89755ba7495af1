"""Who gets in at the door, what is answered, and with what reason it is kept."""

import pytest

from apps.ingress.capture import Request
from apps.ingress.postbacks import read
from apps.ingress.postbacks.door import Body, is_postback_target, signature
from apps.ingress.postbacks.reply import PIXEL, Refusal, Reply
from tests.ingress.postbacks import FORM, JSON, KEY, QUERY, SECRET, a_postback_desk, answer_to

GOOD = f"/postback/{KEY}?{QUERY}"


def said(reply: Reply) -> tuple[int, str, bytes]:
    return reply.status, read(reply.line).reason, reply.body


@pytest.mark.parametrize(
    ("target", "is_one"),
    [
        ("/postback", True), ("/postback?a=1", True), ("/postback/k", True), ("/postback.gif", True), ("/postback.gif?a", True),
        ("/postback.gif/k", True), ("/postbacks", False), ("/postback.png", False), ("/in/postback", False), ("/Postback", False),
        ("/", False),
    ],
)  # fmt: skip
def test_the_door_stands_at_two_paths(target: str, is_one: bool) -> None:
    assert is_postback_target(target.encode()) is is_one


def test_a_good_postback_is_ok_and_belongs_to_its_network() -> None:
    reply = answer_to(GOOD)

    kept = read(reply.line)
    assert said(reply) == (200, "accepted", b"OK")
    assert (kept.organization_id, kept.network_id, kept.paused) == (7, 9, False)
    assert kept.parameters["txid"] == "A-1"


@pytest.mark.parametrize(
    ("target", "body", "content_type"),
    [
        (f"/postback?key={KEY}&txid=1", b"", ""),
        ("/postback", f"key={KEY}&txid=1".encode(), FORM),
        ("/postback", b'{"key": "%s", "txid": 1}' % KEY.encode(), JSON),
    ],
)
def test_the_key_may_come_in_the_query_or_the_body(target: str, body: bytes, content_type: str) -> None:
    assert said(answer_to(target, body, content_type=content_type)) == (200, "accepted", b"OK")


def test_a_key_that_nobody_has_is_refused_and_kept_with_what_it_said() -> None:
    reply = answer_to("/postback/nobodys?txid=1")

    kept = read(reply.line)
    assert reply.status == 404
    assert (kept.reason, kept.organization_id, kept.network_id) == ("unknown_key", 0, 0)
    assert (kept.key, kept.parameters) == ("nobodys", {"txid": "1"})


def test_a_postback_without_a_key_is_told_where_to_put_it() -> None:
    status, reason, sentence = said(answer_to("/postback?txid=1"))

    assert (status, reason) == (400, "malformed")
    assert b"/postback/KEY" in sentence


def test_a_body_that_is_not_what_it_says_is_refused_and_kept() -> None:
    reply = answer_to(GOOD, b'{"txid": ', content_type=JSON)

    assert said(reply)[:2] == (400, "malformed")
    assert (read(reply.line).body, read(reply.line).organization_id) == (b'{"txid": ', 7)


def test_a_body_whose_key_cannot_be_read_is_malformed_rather_than_unknown() -> None:
    assert said(answer_to("/postback", b"{", content_type=JSON))[1] == "malformed"


@pytest.mark.parametrize(("fault", "status"), [(Refusal.TOO_LARGE, 413), (Refusal.CUT_OFF, 408)])
def test_what_came_of_a_body_is_kept(fault: Refusal, status: int) -> None:
    reply = a_postback_desk().answer(Request(b"POST", GOOD.encode(), [], "::1"), Body(b"txid=1", fault))

    assert said(reply)[:2] == (status, "malformed")
    assert (read(reply.line).body, read(reply.line).network_id) == (b"txid=1", 9)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"])
def test_another_method_is_told_which_to_use_and_kept(method: str) -> None:
    reply = answer_to(GOOD, method=method)

    assert said(reply)[:2] == (405, "malformed")
    assert ("allow", "GET, HEAD, POST") in reply.headers


def test_looking_with_head_reports_nothing() -> None:
    reply = answer_to(GOOD, method="HEAD")

    assert said(reply) == (200, "head", b"OK")
    assert not reply.repeat


def test_a_paused_network_is_kept_and_told_ok() -> None:
    reply = answer_to(GOOD, desk=a_postback_desk(paused=True))

    assert said(reply) == (200, "accepted", b"OK")
    assert (reply.result, read(reply.line).paused) == ("paused", True)


def test_the_pixel_is_a_picture() -> None:
    reply = answer_to(f"/postback.gif/{KEY}?{QUERY}&return=text")

    assert said(reply) == (200, "accepted", PIXEL)
    assert reply.content_type == "image/gif"
    assert (PIXEL[:6], PIXEL[-1:], len(PIXEL)) == (b"GIF89a", b";", 43)


@pytest.mark.parametrize(
    ("text", "answered"),
    [
        ("status%3Dok", b"status=ok"),
        ("Danke%20sch%C3%B6n", "Danke schön".encode()),
        ("%3Cscript%3Ealert(1)%3C/script%3E", b"<script>alert(1)</script>"),
        ("", b"OK"),
        ("a%0D%0ASet-Cookie:%20a=b", b"OK"),
        ("%00", b"OK"),
        ("%FF", b"OK"),
        ("x" * 200, b"x" * 200),
        ("x" * 201, b"OK"),
    ],
)
def test_what_return_asks_for_is_answered_if_it_is_plain_text(text: str, answered: bytes) -> None:
    reply = answer_to(f"/postback/{KEY}?txid=1&return={text}")

    assert (reply.status, reply.body) == (200, answered)
    assert dict(reply.all_headers())["content-type"] == "text/plain; charset=utf-8"
    assert dict(reply.all_headers())["x-content-type-options"] == "nosniff"


# Signatures


def signed(query: str, body: bytes = b"", secret: str = SECRET) -> str:
    return f"/postback/{KEY}?{query}&sig={signature(secret.encode(), query, body)}"


def test_a_signature_is_what_the_documentation_says() -> None:
    # echo -n 'click_id=c1&txid=A-1' | openssl dgst -sha256 -hmac 'a secret of the network'
    expected = "5a87e5b5ef03c9624b8263f6773628ba5e36eb80f21d4f76e7be8b61be115ab6"

    assert signature(SECRET.encode(), "click_id=c1&txid=A-1") == expected
    assert signature(b"k", "a=1&sig=x&b=2") == signature(b"k", "a=1&b=2") == signature(b"k", "sig=&a=1&b=2&sig=y")
    assert signature(b"k", "a=1", b"b=2") != signature(b"k", "a=1b=2")


@pytest.mark.parametrize(
    ("target", "body"),
    [
        (signed(QUERY), b""),
        (signed("a=%FF&b=%zz+1"), b""),
        (signed("a=1", b'{"txid": 1}'), b'{"txid": 1}'),
        (f"/postback/{KEY}?sig={signature(SECRET.encode(), 'a=1&b=2')}&a=1&b=2", b""),
        (signed(QUERY).rpartition("=")[0] + "=" + signature(SECRET.encode(), QUERY).upper(), b""),
    ],
)
def test_a_signed_postback_gets_in(target: str, body: bytes) -> None:
    assert said(answer_to(target, body, desk=a_postback_desk(secret=SECRET)))[:2] == (200, "accepted")


@pytest.mark.parametrize(
    ("target", "body"),
    [
        (GOOD, b""),
        (f"{GOOD}&sig=", b""),
        (f"{GOOD}&sig=%FF%00", b""),
        (f"{GOOD}&sig=%C3%A9", b""),
        (signed(QUERY, secret="another"), b""),
        (signed(QUERY).replace("12.50", "99.50"), b""),
        (signed(QUERY) + "&payout=1", b""),
        (signed(QUERY), b"payout=99"),
        (signed("a=1", b"payout=12"), b"payout=99"),
    ],
)
def test_a_postback_whose_signature_is_not_right_is_refused_and_kept(target: str, body: bytes) -> None:
    reply = answer_to(target, body, desk=a_postback_desk(secret=SECRET))

    assert said(reply)[:2] == (403, "bad_signature")
    assert (read(reply.line).organization_id, read(reply.line).network_id) == (7, 9)


# Addresses


@pytest.mark.parametrize(
    ("addresses", "peer", "status"),
    [
        (["203.0.113.9"], "203.0.113.9", 200),
        (["203.0.113.0/24"], "203.0.113.200", 200),
        (["203.0.113.9"], "::ffff:203.0.113.9", 200),
        (["2001:db8::/32", "10.0.0.0/8"], "2001:db8::5", 200),
        (["203.0.113.77/24"], "203.0.113.200", 200),
        (["203.0.113.9"], "203.0.113.10", 403),
        (["203.0.113.0/24"], "2001:db8::5", 403),
        (["203.0.113.0/24"], "", 403),
        (["0.0.0.0/0"], "nonsense", 403),
        ([], "198.51.100.1", 200),
    ],
)
def test_a_list_of_addresses_lets_in_who_is_on_it(addresses: list[str], peer: str, status: int) -> None:
    reply = answer_to(GOOD, desk=a_postback_desk(addresses=addresses), peer=peer)

    assert (reply.status, read(reply.line).ip) == (status, peer)
    assert read(reply.line).reason == ("accepted" if status == 200 else "forbidden_address")


def test_an_address_is_taken_from_a_proxy_that_is_trusted_only() -> None:
    trusting = a_postback_desk(addresses=["198.51.100.7"], trusted_proxies=("10.0.0.0/8",))

    assert answer_to(GOOD, desk=trusting, peer="10.0.0.1", x_forwarded_for="198.51.100.7").status == 200
    assert answer_to(GOOD, desk=trusting, peer="203.0.113.9", x_forwarded_for="198.51.100.7").status == 403


# Repeats


def test_the_same_said_twice_is_a_repeat_and_another_network_is_not() -> None:
    first, second = (answer_to(f"/postback/{KEY}?txid=1&payout=2") for _ in range(2))
    by_form = answer_to(f"/postback/{KEY}", b"txid=1&payout=2", content_type=FORM)

    assert first.repeat == second.repeat == by_form.repeat
    assert answer_to(f"/postback/{KEY}?txid=2&payout=2").repeat != first.repeat
    assert answer_to(f"/postback/{KEY}?txid=1&payout=2", desk=a_postback_desk(network_id=10)).repeat != first.repeat


def test_saying_nothing_twice_is_no_repeat() -> None:
    assert answer_to(f"/postback/{KEY}").repeat == b""


def test_a_repeat_is_told_so_where_that_does_not_spoil_what_was_asked_for() -> None:
    assert answer_to(GOOD).again().body == b"OK duplicate"
    assert answer_to(f"{GOOD}&return=1").again().body == b"1"
    assert answer_to(f"/postback.gif/{KEY}?a=1").again().body == PIXEL
    assert dict(answer_to(GOOD).again().all_headers())["trellis-result"] == "duplicate"

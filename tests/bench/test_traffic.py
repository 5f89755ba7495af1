from apps.ingress.destination import parse
from apps.ingress.routing import RouteTable
from bench import traffic

COOKIES = ["a" * 21, "b" * 21]


def test_the_same_requests_are_made_every_time() -> None:
    assert traffic.requests(COOKIES, count=50) == traffic.requests(COOKIES, count=50)


def test_every_request_is_for_a_link_that_is_published() -> None:
    table = RouteTable()
    for name, document in traffic.units().items():
        table.apply(name, document)

    keys = {head.split(b" ")[1].split(b"?")[0][4:].decode() for head in traffic.requests(COOKIES, count=500)}

    assert len(table.links) == traffic.LINKS
    assert keys <= table.links.keys()
    assert len(keys) > 400


def test_requests_differ_in_agent_referrer_parameters_and_cookie() -> None:
    heads = traffic.requests(COOKIES, count=500)

    def different(name: bytes) -> int:
        return len({line for head in heads for line in head.split(b"\r\n") if line.startswith(name)})

    assert different(b"User-Agent: ") > 50
    assert different(b"Referer: ") > 20
    assert different(b"GET ") == 500
    assert different(b"Cookie: ") == len(COOKIES)


def test_some_visitors_return_and_some_are_new() -> None:
    heads = traffic.requests(COOKIES, count=500)

    returning = sum(b"trl_visitor=" in head for head in heads)

    assert 0.3 < returning / len(heads) < 0.5


def test_without_cookies_everybody_is_new() -> None:
    assert not any(b"Cookie" in head for head in traffic.requests([], count=100))


def test_every_head_is_complete() -> None:
    assert all(head.endswith(b"\r\n\r\n") and head.count(b"\r\n\r\n") == 1 for head in traffic.requests(COOKIES))


def test_the_paced_client_finds_the_click_id_in_every_destination() -> None:
    destination = parse(traffic.DESTINATION.format(n=1))

    location = destination.location([macro if macro == "click_id" else "x" for macro in destination.macros], "click_id")

    assert location.partition(traffic.CLICK_MARK.decode())[2] == "click_id"

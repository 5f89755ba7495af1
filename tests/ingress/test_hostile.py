"""What is sent to us in bad faith finds no way out, splits no header, and is kept to the letter."""

from urllib.parse import quote, urlsplit

import pytest

from apps.ingress.answer import cookie_header
from apps.ingress.line import decode
from tests.ingress.make import a_desk, a_request, a_table

TRUSTED = "https://shop.example.com"
# {host} stands for the trusted host; everything else wants to end up on evil.example.
WAYS_OUT = [
    "//evil.example",
    "///evil.example",
    "////evil.example/%2f..",
    "/\\evil.example",
    "\\\\evil.example",
    "https:evil.example",
    "https:/evil.example",
    "https:\\\\evil.example",
    "https://evil.example",
    "https://{host}@evil.example",
    "https://{host}:443@evil.example/",
    "https://{host}%40evil.example",
    "https://{host}\\@evil.example",
    "https://{host}\\.evil.example",
    "https://evil.example\\{host}",
    "https://evil.example#{host}",
    "https://evil.example?{host}",
    "https://evil.example/{host}",
    "https://{host}.evil.example",
    "https://evil-{host}",
    "https://{host}%00.evil.example",
    "https://{host}%0a.evil.example",
    "https://{host}%09.evil.example",
    "https://evil.example%E3%80%82{host}",
    "https://evil.example%23.{host}.evil.example",
    "https://evil。example",
    "https://ｅｖｉｌ.example",
    "https://[::1]@evil.example",
    "http://0x7f000001/",
    "http://127.0.0.1/",
    "http://169.254.169.254/latest/meta-data",
    "http://[::ffff:127.0.0.1]/",
    "javascript:alert(1)",
    "JaVaScRiPt://{host}/%0aalert(1)",
    "data:text/html;base64,PHNjcmlwdD4=",
    "vbscript:x",
    "file:///etc/passwd",
    "ftp://{host}/",
    "gopher://{host}/",
    "blob:https://{host}/x",
    " https://evil.example",
    "\thttps://evil.example",
    "%20https://evil.example",
    "https://{host}\r\nLocation: https://evil.example",
    "https://{host}/\r\n\r\n<script>alert(1)</script>",
    "https://{host}/%0d%0aSet-Cookie:%20a=b",
    "https://{host}/%E5%98%8A%E5%98%8DSet-Cookie:%20a=b",
    "〱evil.example",
    "https://evil.example\x00{host}",
    "https://",
    "?to=https://evil.example",
]


@pytest.mark.parametrize(
    "encode", [lambda text: quote(text, safe=""), lambda text: quote(text, safe="/:?#[]@!$&'()*+,;=%\\")]
)
@pytest.mark.parametrize("way_out", WAYS_OUT)
def test_no_way_leads_out(way_out: str, encode: object) -> None:
    to = encode(way_out.replace("{host}", "shop.example.com"))  # type: ignore[operator]

    desk = a_desk(a_table(organization={"domains": ["shop.example.com"]}))
    answer = desk.answer(a_request(f"/in?org=acme&to={to}"))

    host = urlsplit(answer.location).hostname or ""
    assert answer.location == "" or host == "shop.example.com" or host.endswith(".shop.example.com")
    assert "@" not in urlsplit(answer.location).netloc
    assert not {"\r", "\n"} & set(answer.location)
    assert decode(answer.line).query == f"org=acme&to={to}"


@pytest.mark.parametrize("place", ["sub1", "param.x", "keyword"])
@pytest.mark.parametrize("way_out", WAYS_OUT)
def test_no_value_leads_out_through_a_macro(way_out: str, place: str) -> None:
    name = {"param.x": "x", "keyword": "utm_term"}.get(place, place)
    table = a_table(m={"destination": f"{TRUSTED}/{{{place}}}"})

    answer = a_desk(table).answer(a_request(f"/in/m?{name}={quote(way_out, safe='')}"))

    rest = answer.location.removeprefix(f"{TRUSTED}/").split("?trl_click=")[0]
    assert answer.location.startswith(f"{TRUSTED}/")
    assert not set("/\\@?#:\r\n\t ") & set(rest)


@pytest.mark.parametrize(
    "value",
    [
        "a\r\nSet-Cookie: x=y",
        "a\nb",
        "%0d%0aX: y",
        "\x00",
        "x" * 20_000,
        "'; DROP TABLE events; --",
        "{{7*7}}",
        "${jndi:ldap://x}",
        "<script>",
    ],
)
def test_no_header_of_the_request_gets_into_the_answer(value: str) -> None:
    names = ("host", "user_agent", "referer", "cookie", "x_forwarded_for", "x_forwarded_proto", "accept_language")

    answer = a_desk().answer(a_request(**dict.fromkeys(names, value)))

    assert answer.status == 302
    assert answer.location.startswith(TRUSTED)
    assert value not in answer.location + cookie_header(answer)

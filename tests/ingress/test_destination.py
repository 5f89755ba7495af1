import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.ingress.destination import BadDestination, absolute, parse, with_click


@pytest.mark.parametrize(
    ("text", "url", "host"),
    [
        ("https://shop.example.com", "https://shop.example.com", "shop.example.com"),
        ("HTTPS://Shop.Example.COM/Path", "HTTPS://shop.example.com/Path", "shop.example.com"),
        ("http://example.com:8080/a?b=c#d", "http://example.com:8080/a?b=c#d", "example.com"),
        ("https://bücher.example/ä b", "https://xn--bcher-kva.example/%C3%A4%20b", "xn--bcher-kva.example"),
        ("https://例え.jp/?q=日本", "https://xn--r8jz45g.jp/?q=%E6%97%A5%E6%9C%AC", "xn--r8jz45g.jp"),
        ("https://[2001:db8::1]/", "https://[2001:db8::1]/", "[2001:db8::1]"),
        ('https://example.com/"<script>', "https://example.com/%22%3Cscript%3E", "example.com"),
        ("https://example.com/a%2Fb%zz", "https://example.com/a%2Fb%zz", "example.com"),
    ],
)
def test_an_address_comes_out_in_ascii_with_its_host(text: str, url: str, host: str) -> None:
    assert absolute(text) == (url, host)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "/path",
        "//evil.example",
        "example.com",
        "javascript:alert(1)",
        "data:text/html,x",
        "ftp://example.com/",
        "https:/example.com",
        "https:example.com",
        "https:///example.com",
        "https://",
        "https://user@example.com/",
        "https://user:pass@example.com/",
        "https://example.com\\@evil.example/",
        "https://example.com\\.evil.example/",
        "https://evil.example\\example.com",
        "https://example.com:80:80/",
        "https://example.com:port/",
        "https://exa mple.com/",
        "https://example.com/\r\nSet-Cookie: a=b",
        "https://example.com/\x00",
        "https://example.com\t/",
        " https://example.com/",
        "https://example..com/",
        "https://.example.com/",
        "https://-/",
        "https://exam\udcffple.com/",
    ],
)
def test_anything_that_could_lead_elsewhere_is_refused(text: str) -> None:
    with pytest.raises(BadDestination):
        absolute(text)


@given(st.text(max_size=80))
def test_whatever_is_accepted_fits_one_header_line(text: str) -> None:
    try:
        url, _ = absolute(f"https://example.com/{text}")
    except BadDestination:
        return

    assert url.isascii()
    assert url.isprintable()
    assert " " not in url


def test_macros_are_filled_and_their_values_encoded() -> None:
    destination = parse("https://shop.example.com/?c={click_id}&k={keyword}#top")

    assert (
        destination.location(["abc", "red shoes & more"], "abc")
        == "https://shop.example.com/?c=abc&k=red%20shoes%20%26%20more#top"
    )


def test_a_value_cannot_break_out_of_its_place() -> None:
    destination = parse("https://shop.example.com/{param.p}?c={click_id}")

    location = destination.location(["../../@evil.example/\r\nX: y?z#", "abc"], "abc")

    assert location == "https://shop.example.com/..%2F..%2F%40evil.example%2F%0D%0AX%3A%20y%3Fz%23?c=abc"


@pytest.mark.parametrize(
    ("destination", "location"),
    [
        ("https://a.example", "https://a.example?trl_click=abc"),
        ("https://a.example/?x=1", "https://a.example/?x=1&trl_click=abc"),
        ("https://a.example/#part", "https://a.example/?trl_click=abc#part"),
        ("https://a.example/?k={keyword}", "https://a.example/?k=&trl_click=abc"),
    ],
)
def test_without_its_macro_the_click_id_is_appended(destination: str, location: str) -> None:
    parsed = parse(destination)

    assert parsed.location([""] * len(parsed.macros), "abc") == location


def test_an_unknown_macro_is_named_in_the_error() -> None:
    with pytest.raises(BadDestination, match=r"\{clickid\}"):
        parse("https://a.example/?c={clickid}")


def test_a_macro_in_the_host_is_refused() -> None:
    with pytest.raises(BadDestination, match="host"):
        parse("https://{param.host}/")


def test_the_fragment_stays_last() -> None:
    assert with_click("https://a.example/?a=b#c?d", "id") == "https://a.example/?a=b&trl_click=id#c?d"


def test_macros_that_show_the_visitor_name_the_columns_they_need() -> None:
    assert parse("https://a.example/?c={country}&d={device}&s={sub1}").columns == ("country", "device_type")


@pytest.mark.parametrize(
    ("destination", "names"),
    [
        ("https://a.example/", set()),
        ("https://a.example/?a=1&b&p%C3%A4r={sub1}&a=2#c=3", {"a", "b", "p\u00e4r"}),
        ("https://a.example/#?a=1", set()),
        ("https://a.example/{sub1}?x={click_id}", {"x"}),
    ],
)
def test_a_destination_knows_the_parameters_it_names(destination: str, names: set[str]) -> None:
    assert parse(destination).names() == names

"""Addresses as other people write them."""

import pytest

from apps.ingress.enrich.address import address_of, domain_of, host_of, pairs_of, suffix_of


@pytest.mark.parametrize(
    ("text", "host", "path", "query"),
    [
        ("https://www.example.com/a/b?q=1#part", "www.example.com", "/a/b", "q=1"),
        ("HTTP://Example.COM:8080", "example.com", "/", ""),
        ("http://user:secret@example.com/", "example.com", "/", ""),
        ("//example.com/x", "example.com", "/x", ""),
        ("example.com/x", "example.com", "/x", ""),
        ("http://example.com./", "example.com", "/", ""),
        ("http://example.com?q=1", "example.com", "/", "q=1"),
        ("http:\\\\example.com\\x", "example.com", "/x", ""),
        ("http://[2001:db8::1]:80/x", "2001:db8::1", "/x", ""),
        ("http://192.0.2.7:8080/", "192.0.2.7", "/", ""),
        ("https://xn--bcher-kva.example/", "bücher.example", "/", ""),
        ("https://BÜCHER.example/", "bücher.example", "/", ""),
        ("android-app://com.google.android.gm/", "com.google.android.gm", "/", ""),
        ("https://android-app//com.example.reader/https/x", "com.example.reader", "/https/x", ""),
        ("ios-app://284882215/fb", "284882215", "/fb", ""),
    ],
)
def test_the_parts_of_an_address(text: str, host: str, path: str, query: str) -> None:
    assert address_of(text)[:3] == (host, path, query)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        "://",
        "http://",
        "http://[::1",
        "http://a b.com/",
        "http://..",
        "about:blank",
        "\udcff",
        "http://%00/",
        "?q=1",
    ],
)
def test_what_names_no_host_is_nowhere(text: str) -> None:
    assert address_of(text).host == ""


@pytest.mark.parametrize("text", ["a" * 300 + ".com", "a..b", "<script>", "a@", "xn--\udcff"])
def test_what_cannot_be_a_host_is_none(text: str) -> None:
    assert host_of(text) == ""


def test_punycode_that_says_nothing_stays_as_it_is() -> None:
    assert host_of("xn--zzzzzzzzzzz99999.com") == "xn--zzzzzzzzzzz99999.com"


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("www.example.com", "example.com"),
        ("a.b.example.co.uk", "example.co.uk"),
        ("somebody.github.io", "somebody.github.io"),
        ("www.somebody.github.io", "somebody.github.io"),
        ("github.io", "github.io"),
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8::1", "2001:db8::1"),
        ("localhost", "localhost"),
        ("www.shop.internal", "shop.internal"),
        ("com", "com"),
        ("shop.bücher.example", "bücher.example"),
    ],
)
def test_the_domain_somebody_registered(host: str, domain: str) -> None:
    assert domain_of(host) == domain


def test_an_app_is_its_whole_id_also_where_it_ends_like_a_domain() -> None:
    assert address_of("android-app://com.google.android.gm").domain == "com.google.android.gm"


def test_suffixes_are_those_of_registries() -> None:
    assert [suffix_of(host) for host in ("a.co.uk", "a.github.io", "192.0.2.7", "localhost")] == ["co.uk", "io", "", ""]


def test_names_of_a_query_are_in_lower_case_and_values_undecoded() -> None:
    assert pairs_of("Q=a+b&&q=%20&flag&%41b=1") == [("q", "a+b"), ("q", "%20"), ("flag", ""), ("ab", "1")]

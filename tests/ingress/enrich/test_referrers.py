"""The table of referrers: the most precise pattern wins."""

import pytest

from apps.ingress.enrich.address import address_of, pairs_of
from apps.ingress.enrich.builtin import ReferrerRow, referrer_rows
from apps.ingress.enrich.referrers import BadPattern, Referrers, parse


def name_in(address: str, *patterns: str) -> str:
    """Which of the patterns fits; each is named after itself."""
    found = address_of(address)
    known = Referrers(ReferrerRow(pattern, pattern, "other") for pattern in patterns).find(
        found, [name for name, _ in pairs_of(found.query)]
    )
    return known.name if known else ""


@pytest.mark.parametrize(
    ("address", "patterns", "wanted"),
    [
        ("https://www.example.com/", ["example.com"], "example.com"),
        ("https://a.b.example.com/", ["example.com", "b.example.com"], "b.example.com"),
        ("https://notexample.com/", ["example.com"], ""),
        ("https://example.com/news/today", ["example.com", "example.com/news"], "example.com/news"),
        ("https://example.com/newsletter", ["example.com", "example.com/news"], "example.com"),
        ("https://example.com/News", ["example.com/news/"], "example.com/news/"),
        ("https://www.example.com/x?q=1", ["example.com", "example.com?q"], "example.com?q"),
        ("https://www.example.com/x?r=1", ["example.com", "example.com?q"], "example.com"),
        ("https://images.example.co.uk/", ["example.*", "images.example.*"], "images.example.*"),
        ("https://example.co.uk/", ["example.*", "example.co.uk"], "example.co.uk"),
        ("https://images.example.de/", ["example.de", "images.example.*"], "images.example.*"),
        ("https://mail02.example.fr/", ["example.fr", "mail#.example.fr"], "mail#.example.fr"),
        ("https://s12-eu4.example.com/", ["s#-eu#.example.com"], "s#-eu#.example.com"),
        ("https://webmail.unheard-of.org/", ["webmail.**"], "webmail.**"),
        ("https://mail7.unheard-of.org/", ["mail#.**"], "mail#.**"),
        ("https://mail.com/", ["mail.**"], ""),
        ("https://xn--bcher-kva.example/", ["bücher.example"], "bücher.example"),
        ("android-app://com.example.reader/", ["example.com"], "example.com"),
        ("android-app://com.example.reader/", ["example.com", "com.example.reader"], "com.example.reader"),
        ("https://192.0.2.7/", ["192.0.2.7"], "192.0.2.7"),
        ("https://192.0.2.7/", ["2.7"], ""),
    ],
)
def test_the_most_precise_pattern_wins(address: str, patterns: list[str], wanted: str) -> None:
    assert name_in(address, *patterns) == wanted
    assert name_in(address, *reversed(patterns)) == wanted


@pytest.mark.parametrize("pattern", ["", "/path", "a b.com", "*", "*.com", "goo*gle.com", "a.com??x", "a.com?x=1"])
def test_a_pattern_nothing_can_fit_is_refused(pattern: str) -> None:
    with pytest.raises(BadPattern):
        parse(ReferrerRow(pattern, "x", "other"))


@pytest.mark.parametrize(
    ("name", "medium"),
    [("facebook", "social"), ("l.facebook.com", "social"), ("bing", "search"), ("vimeo", "video"), ("chatgpt", "ai")],
)
def test_what_a_name_or_a_host_is(name: str, medium: str) -> None:
    assert Referrers(referrer_rows()).medium_of(name) == medium


@pytest.mark.parametrize("name", ["", "(direct)", "nobody knows", "1xbetcc.com"])
def test_what_is_not_known_is_nothing(name: str) -> None:
    assert Referrers(referrer_rows()).medium_of(name) == ""

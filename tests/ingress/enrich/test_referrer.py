"""Where the click came from."""

import pytest

from apps.ingress.enrich.referrer import Referred, ReferrerTable, referrer
from apps.ingress.enrich.referrers import Referrers
from apps.ingress.enrich.snapshot import builtin_tables
from tests.ingress.make import an_event

TABLE = builtin_tables().referrers


def found(address: str, **changes: object) -> Referred:
    return referrer(an_event(**{"host": "go.acme.example", "referrer": address, **changes}), TABLE)


@pytest.mark.parametrize(
    ("address", "domain", "name", "medium", "term"),
    [
        ("https://www.google.com/", "google.com", "Google", "search", ""),
        ("https://www.google.co.nz/search?q=Garden+Pots&hl=en", "google.co.nz", "Google", "search", "garden pots"),
        ("https://images.google.com.hk/imgres?q=x", "google.com.hk", "Google Images", "search", "x"),
        ("http://www.google.com/url?q=https://example.com/", "google.com", "Google", "search", ""),
        ("https://mail.google.com/mail/u/0/", "google.com", "Gmail", "email", ""),
        ("https://de.search.yahoo.com/search?p=T%C3%B6pfe", "yahoo.com", "Yahoo!", "search", "töpfe"),
        ("http://www.baidu.com/s?wd=%C4%E3%BA%C3", "baidu.com", "Baidu", "search", "你好"),
        ("http://yandex.ru/yandsearch?text=%F2%E5%F1%F2", "yandex.ru", "Yandex", "search", "тест"),
        ("https://search.yahoo.co.jp/search?p=%C5%EC%B5%FE", "yahoo.co.jp", "Yahoo! Japan", "search", "東京"),
        ("https://duckduckgo.com/", "duckduckgo.com", "DuckDuckGo", "search", ""),
        ("https://m.facebook.com/l.php?u=x", "facebook.com", "Facebook", "social", ""),
        ("https://t.co/abc", "t.co", "Twitter", "social", ""),
        ("https://old.reddit.com/r/pots", "reddit.com", "Reddit", "social", ""),
        ("https://www.youtube.com/watch?v=1", "youtube.com", "YouTube", "video", ""),
        ("https://chatgpt.com/", "chatgpt.com", "ChatGPT", "ai", ""),
        ("https://www.perplexity.ai/search?q=pots", "perplexity.ai", "Perplexity", "ai", "pots"),
        ("https://gemini.google.com/app", "google.com", "Gemini", "ai", ""),
        ("https://copilot.microsoft.com/", "microsoft.com", "Microsoft Copilot", "ai", ""),
        ("https://www.amazon.co.uk/s?k=pots", "amazon.co.uk", "Amazon", "shopping", "pots"),
        ("https://googleads.g.doubleclick.net/", "doubleclick.net", "Google", "paid", ""),
        ("https://webmail.unheard-of.org/", "unheard-of.org", "unheard-of.org", "email", ""),
        ("http://3-best-seo.com/", "3-best-seo.com", "3-best-seo.com", "spam", ""),
        ("https://blog.unheard-of.org/x", "unheard-of.org", "", "other", ""),
        ("android-app://com.google.android.gm/", "com.google.android.gm", "Gmail", "email", ""),
        ("android-app://com.reddit.frontpage", "com.reddit.frontpage", "Reddit", "social", ""),
        ("android-app://com.unheard.of/https/www.facebook.com/", "com.unheard.of", "Facebook", "social", ""),
        ("ios-app://389801252/instagram", "389801252", "Instagram", "social", ""),
        ("http://192.0.2.7:8080/x", "192.0.2.7", "", "other", ""),
        ("", "", "", "", ""),
        ("-", "", "", "", ""),
        ("about:blank", "", "", "", ""),
    ],
)
def test_who_that_is(address: str, domain: str, name: str, medium: str, term: str) -> None:
    got = found(address)

    assert got[:4] == (domain, name, medium, term)


def test_a_page_of_the_same_domain_is_internal() -> None:
    got = found("https://www.acme.example/pots")

    assert (got.referrer_domain, got.referrer_medium) == ("acme.example", "internal")


def test_two_customers_of_one_host_are_not_internal_to_each_other() -> None:
    assert found("https://one.github.io/", host="two.github.io").referrer_medium == "other"


def test_the_organizations_other_domains_are_internal_to_it_alone() -> None:
    table = ReferrerTable(Referrers([]), {7: frozenset({"acme-shop.example"})})
    event = an_event(host="go.acme.example", referrer="https://www.acme-shop.example/")

    assert referrer(event._replace(organization_id=7), table).referrer_medium == "internal"
    assert referrer(event._replace(organization_id=8), table).referrer_medium == "other"


def test_the_same_answer_is_given_again() -> None:
    assert found("https://www.google.com/") is found("https://www.google.com/")


def test_the_version_says_which_table() -> None:
    assert referrer(an_event(), ReferrerTable(Referrers([]), {}, revision=12)).referrer_version % 100_000 == 12


@pytest.mark.parametrize("address", ["\udcff", "http://\ud800/", "https://www.google.com/?q=\udcff%", "x" * 100_000])
def test_hostile_referrers_are_no_fault(address: str) -> None:
    assert len(found(address).referrer_domain) <= 200

"""What referrer spam looks like."""

import pytest

from apps.ingress.enrich.builtin import ReferrerRow
from apps.ingress.enrich.referrer import ReferrerTable
from apps.ingress.enrich.referrers import Referrers
from apps.ingress.enrich.snapshot import builtin_tables
from apps.ingress.enrich.spam import looks_like_spam


@pytest.mark.parametrize(
    "domain",
    [
        "buttons-for-your-garden.example",
        "free-social-buttons12.xyz",
        "12-reasons-for-seo.example",
        "seo-traffic-now.example",
        "get-free-visitors.example",
        "traffic4free.example",
        "make-money-online-fast.example",
        "cookie-law-enforcement-zz.xyz",
        "rank-checker.online",
        "googlsucks.example",
        "gооgle.example",
        "a-b-9-c-d.example",
        "777casino-bonus.example",
        "cazino.example",
        "buy-cheap-pills-now.example",
        "viagra24.example",
        "porno-garden.example",
        "sex-videochat.example",
        "online-payday-loans.example",
        "login-sberbank.example",
        "hydra2031onion.example",
        "cvvshop.example",
        "pansale.xyz",
        "megansblog.online",
    ],
)
def test_what_spam_looks_like(domain: str) -> None:
    assert looks_like_spam(domain)


@pytest.mark.parametrize(
    "domain",
    """google.com seobook.com seo-kueche.de searchengineland.com casino.com groupe-casino.fr essex.ac.uk sussex.ac.uk drugs.com
    pharmawiki.ch shop-apotheke.com moneysavingexpert.com traffic.com sharethis.com analytics.google.com hydraulik24.de theonion.com
    empireonline.com creditkarma.com deutsche-bank.de sberbank.ru t-mobile.com u-he.com x-rates.com annasblog.de abc.xyz sale.com
    swatch.com docsend.com scunthorpe.co.uk sextant.com videolan.org 100лет.рф münchen.de 中国.cn 192.0.2.7 localhost""".split(),
)
def test_what_it_does_not(domain: str) -> None:
    assert not looks_like_spam(domain)


def test_the_best_known_families_are_in_the_table() -> None:
    table = builtin_tables().referrers

    for domain in ("semalt.com", "www.semalt.net", "darodar.com", "crawler.ilovevitaly.org", "priceg.com"):
        assert table.of(f"http://{domain}/x", "go.acme.example", 0).referrer_medium == "spam"


def test_a_row_goes_before_the_signs() -> None:
    table = ReferrerTable(Referrers([ReferrerRow("seo-traffic.example", "Our partner", "other")]), {})

    assert table.of("https://seo-traffic.example/", "", 0).referrer_medium == "other"
    assert table.of("https://seo-traffic.test/", "", 0)[:3] == ("seo-traffic.test", "seo-traffic.test", "spam")


def test_the_organizations_own_domain_is_no_spam() -> None:
    table = ReferrerTable(Referrers([]), {7: frozenset({"best-seo-offer.example"})})

    assert table.of("https://best-seo-offer.example/", "", 7).referrer_medium == "internal"

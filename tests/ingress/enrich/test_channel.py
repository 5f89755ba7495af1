"""Source, medium and channel."""

import pytest

from apps.ingress.enrich.builtin import ChannelRow, SourceRow
from apps.ingress.enrich.channel import Channelled, ChannelTable, channel
from apps.ingress.enrich.channels import BadPattern, Own, Sources, compiled, lines_of
from apps.ingress.enrich.snapshot import builtin_rows, builtin_tables
from tests.ingress.make import an_event

TABLE = builtin_tables().channels
ROWS = builtin_rows().channels


def found(table: ChannelTable = TABLE, **fields: object) -> Channelled:
    return channel(an_event(**fields), table)


def tagged(source: str = "", medium: str = "", campaign: str = "") -> str:
    return found(utm_source=source, utm_medium=medium, utm_campaign=campaign).channel


@pytest.mark.parametrize(
    ("source", "medium", "campaign", "wanted"),
    [
        ("(direct)", "(none)", "", "Direct"),
        ("anything", "anything", "cross-network", "Cross-network"),
        ("ebay", "cpc", "", "Paid Shopping"),
        ("x", "paid", "summer shop", "Paid Shopping"),
        ("google", "cpc", "", "Paid Search"),
        ("bing", "ppc", "", "Paid Search"),
        ("google", "cpm", "", "Paid Search"),
        ("m.facebook.com", "paid_social", "", "Paid Social"),
        ("ig", "retargeting", "", "Paid Social"),
        ("youtube", "cpv cpc", "", "Paid Video"),
        ("x-site", "cpm", "", "Display"),
        ("x-site", "banner", "", "Display"),
        ("x-site", "cpc", "", "Paid Other"),
        ("etsy", "referral", "", "Organic Shopping"),
        ("x-site", "referral", "shopping-week", "Organic Shopping"),
        ("x-site", "link", "workshop", "Referral"),
        ("facebook", "post", "", "Organic Social"),
        ("x-site", "social-media", "", "Organic Social"),
        ("vimeo.com", "referral", "", "Organic Video"),
        ("x-site", "video-ad", "", "Organic Video"),
        ("duckduckgo", "whatever", "", "Organic Search"),
        ("x-site", "organic", "", "Organic Search"),
        ("chatgpt.com", "", "", "AI Assistants"),
        ("perplexity", "referral", "", "AI Assistants"),
        ("x-site", "ai-assistant", "", "AI Assistants"),
        ("newsletter", "email", "", "Email"),
        ("e-mail", "x", "", "Email"),
        ("x-site", "affiliate", "", "Affiliates"),
        ("x-site", "referral", "", "Referral"),
        ("podcast", "audio", "", "Audio"),
        ("sms", "x", "", "SMS"),
        ("x-site", "web-push", "", "Mobile Push Notifications"),
        ("firebase", "x", "", "Mobile Push Notifications"),
        ("x-site", "something", "", "Unassigned"),
    ],
)
def test_the_first_line_that_fits(source: str, medium: str, campaign: str, wanted: str) -> None:
    assert tagged(source, medium, campaign) == wanted


@pytest.mark.parametrize(
    ("fields", "source", "medium", "wanted"),
    [
        ({}, "(direct)", "(none)", "Direct"),
        ({"utm_source": "news"}, "news", "(not set)", "Unassigned"),
        ({"utm_medium": "email"}, "(not set)", "email", "Email"),
        ({"ad_network": "google", "ad_is_paid": True}, "google", "cpc", "Paid Search"),
        ({"ad_network": "meta", "ad_is_paid": False}, "meta", "social", "Organic Social"),
        ({"ad_network": "tiktok", "ad_is_paid": True}, "tiktok", "cpc", "Paid Social"),
        ({"ad_network": "awin", "ad_is_paid": True}, "awin", "affiliate", "Affiliates"),
        ({"ad_network": "mailchimp"}, "mailchimp", "email", "Email"),
        ({"utm_source": "google", "ad_network": "google", "ad_is_paid": True}, "google", "cpc", "Paid Search"),
        ({"referrer_medium": "search", "referrer_name": "Google"}, "google", "organic", "Organic Search"),
        ({"referrer_medium": "social", "referrer_name": "Facebook"}, "facebook", "social", "Organic Social"),
        ({"referrer_medium": "ai", "referrer_name": "ChatGPT"}, "chatgpt", "ai", "AI Assistants"),
        ({"referrer_medium": "email", "referrer_name": "Gmail"}, "gmail", "email", "Email"),
        ({"referrer_medium": "shopping", "referrer_name": "Etsy"}, "etsy", "referral", "Organic Shopping"),
        ({"referrer_medium": "paid", "referrer_name": "Taboola"}, "taboola", "display", "Display"),
        ({"referrer_medium": "other", "referrer_domain": "a.example"}, "a.example", "referral", "Referral"),
        ({"referrer_medium": "spam", "referrer_name": "b.example"}, "b.example", "spam", "Unassigned"),
        ({"referrer_medium": "internal", "referrer_domain": "c.example"}, "(direct)", "(none)", "Direct"),
    ],
)
def test_source_and_medium_of_what_is_known(fields: dict[str, object], source: str, medium: str, wanted: str) -> None:
    assert found(**fields)[:3] == (source, medium, wanted)


def test_what_the_author_said_goes_before_the_ad_click_and_that_before_the_referrer() -> None:
    ad = {"ad_network": "google", "ad_is_paid": True}
    place = {"referrer_medium": "social", "referrer_name": "Facebook"}

    assert found(utm_source="news", utm_medium="email", **ad, **place).source == "news"
    assert found(**ad, **place).source == "google"


def test_a_mark_on_an_organic_link_says_less_than_the_place() -> None:
    event = {"ad_network": "meta", "referrer_medium": "social", "referrer_name": "Instagram"}

    assert found(**event).source == "instagram"


def own_table(*rows: ChannelRow, replace: bool = False) -> ChannelTable:
    lines = lines_of(ROWS, {7: Own(rows, replace, 12)}, 1, 5)
    return ChannelTable(lines, Sources([], lambda name: ""), {})


def test_an_organizations_lines_go_before_those_built_in() -> None:
    table = own_table(ChannelRow("Partners", source="partner-.*"))

    ours = found(table, organization_id=7, utm_source="partner-x", utm_medium="cpc")
    theirs = found(table, organization_id=8, utm_source="partner-x", utm_medium="cpc")

    assert (ours.channel, ours.channel_version) == ("Partners", 100_012)
    assert (theirs.channel, theirs.channel_version) == ("Paid Other", 100_005)
    assert found(table, organization_id=7, utm_medium="email").channel == "Email"


def test_an_organizations_lines_may_stand_instead() -> None:
    table = own_table(ChannelRow("Partners", source="partner-.*"), replace=True)

    assert found(table, organization_id=7, utm_medium="email").channel == "Unassigned"


def test_a_line_may_ask_whether_the_ad_click_was_paid() -> None:
    table = own_table(ChannelRow("Ads", ad_paid=True))

    assert found(table, organization_id=7, utm_source="x", ad_is_paid=True).channel == "Ads"
    assert found(table, organization_id=7, utm_source="x").channel == "Unassigned"


def test_a_source_of_the_table_goes_before_what_the_referrers_say() -> None:
    sources = Sources([SourceRow("mail.example", "search")], lambda name: "email")

    assert sources.category_of("mail.example") == "search"
    assert sources.category_of("other.example") == ""


@pytest.mark.parametrize("pattern", ["(", "a{2000}{2000}", "(?=x)", "\\1"])
def test_a_pattern_re2_does_not_take_is_refused(pattern: str) -> None:
    with pytest.raises(BadPattern):
        compiled(ChannelRow("x", source=pattern))


def test_no_pattern_hangs() -> None:
    table = own_table(ChannelRow("x", source="(a*)*b"))

    assert found(table, organization_id=7, utm_source="a" * 500, utm_medium="email").channel == "Email"

"""Where links are placed: for each source what its links say, in UTM and in the source's own macros.

The macros are the source's; it fills them in when its ad is clicked. `creative_id`, `sub1`… are what destinations can name too.
"""

from dataclasses import dataclass

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Source:
    """`key` is stored with the link. `macros` follow the UTM parameters; `hint` is a sentence for who pastes the address."""

    key: str
    name: str
    utm_source: str
    utm_medium: str
    macros: Pairs = ()
    hint: str = ""

    def parameters(self, campaign: str) -> list[list[str]]:
        """What a link of this source says, `campaign` being its utm_campaign: names and values as `Link.parameters` holds them."""
        utm = (("utm_source", self.utm_source), ("utm_medium", self.utm_medium), ("utm_campaign", campaign))
        return [[name, value] for name, value in (*utm, *self.macros) if value]


_ROWS = (
    Source(
        "google-ads", "Google Ads", "google", "cpc",
        (("utm_id", "{campaignid}"), ("utm_term", "{keyword}"), ("creative_id", "{creative}"), ("sub1", "{adgroupid}"),
         ("sub2", "{placement}"), ("sub3", "{matchtype}")),
        "As the final URL of an ad, or as a tracking template. Google adds gclid by itself.",
    ),
    Source(
        "microsoft-ads", "Microsoft Advertising", "bing", "cpc",
        (("utm_id", "{CampaignId}"), ("utm_term", "{keyword}"), ("creative_id", "{AdId}"), ("sub1", "{AdGroupId}"),
         ("sub3", "{MatchType}")),
        "Microsoft adds msclkid by itself when auto-tagging is on.",
    ),
    Source(
        "meta", "Meta (Facebook, Instagram)", "meta", "paid_social",
        (("utm_id", "{{campaign.id}}"), ("creative_id", "{{ad.id}}"), ("sub1", "{{adset.id}}"), ("sub2", "{{placement}}"),
         ("sub3", "{{site_source_name}}")),
        "As the website URL of an ad. Meta adds fbclid by itself.",
    ),
    Source(
        "tiktok", "TikTok Ads", "tiktok", "paid_social",
        (("utm_id", "__CAMPAIGN_ID__"), ("creative_id", "__CID__"), ("sub1", "__AID__"), ("sub2", "__PLACEMENT__")),
        "TikTok adds ttclid by itself.",
    ),
    Source(
        "pinterest", "Pinterest Ads", "pinterest", "paid_social",
        (("utm_id", "{campaignid}"), ("utm_term", "{keyword}"), ("creative_id", "{adid}"), ("sub1", "{adgroupid}")),
    ),
    Source(
        "linkedin", "LinkedIn Ads", "linkedin", "paid_social",
        (("utm_id", "{{CAMPAIGN_ID}}"), ("creative_id", "{{CREATIVE_ID}}"), ("sub1", "{{CAMPAIGN_GROUP_ID}}")),
    ),
    Source(
        "snapchat", "Snapchat Ads", "snapchat", "paid_social",
        (("utm_id", "{{campaign.id}}"), ("creative_id", "{{ad.id}}"), ("sub1", "{{adSet.id}}")),
    ),
    Source(
        "reddit", "Reddit Ads", "reddit", "paid_social",
        (("utm_id", "{{CAMPAIGN_ID}}"), ("creative_id", "{{AD_ID}}"), ("sub1", "{{ADGROUP_ID}}")),
    ),
    Source("x", "X Ads", "x", "paid_social", hint="X has no macros; it adds twclid by itself."),
    Source(
        "taboola", "Taboola", "taboola", "native",
        (("utm_id", "{campaign_id}"), ("creative_id", "{campaign_item_id}"), ("sub1", "{site}"), ("external_id", "{click_id}")),
        "A postback to Taboola wants the external_id back.",
    ),
    Source(
        "outbrain", "Outbrain", "outbrain", "native",
        (("utm_id", "{{campaign_id}}"), ("creative_id", "{{ad_id}}"), ("sub1", "{{publisher_name}}"),
         ("sub2", "{{section_name}}"), ("external_id", "{{ob_click_id}}")),
        "A postback to Outbrain wants the external_id back.",
    ),
    Source(
        "yandex", "Yandex Direct", "yandex", "cpc",
        (("utm_id", "{campaign_id}"), ("utm_term", "{keyword}"), ("creative_id", "{ad_id}"), ("sub1", "{gbid}"),
         ("sub2", "{source}")),
    ),
    Source("newsletter", "Newsletter", "newsletter", "email"),
    Source("sms", "Text message", "sms", "sms"),
    Source("social", "Post on social media", "social", "social"),
    Source("affiliate", "Affiliate or influencer", "affiliate", "affiliate", hint="Name the partner in place of “affiliate”."),
    Source("qr", "QR code, print", "qr", "offline"),
    Source("other", "Something else", "", ""),
)  # fmt: skip
SOURCES: dict[str, Source] = {source.key: source for source in _ROWS}

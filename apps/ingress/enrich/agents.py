"""What an agent says of itself: that a person is behind it, a bot, or a program that draws previews of links."""

import re
from functools import lru_cache
from typing import NamedTuple

from crawleruseragents import CRAWLER_USER_AGENTS_DATA

from apps.ingress.enrich.patterns import Patterns, read_rows
from apps.ingress.event import Kind

# Longer agents are hostile; the start is enough to know them, and the cost of the patterns stays bounded.
AGENT_MAX_CHARS = 1_000
REMEMBERED_AGENTS = 50_000
# Programs that fetch a link because a person pasted it into a message. They are crawlers too, but each stands for a share.
PREVIEW_AGENTS = (
    r"facebookexternalhit|Facebot|WhatsApp/|Slackbot|Slack-ImgProxy|TelegramBot|Twitterbot|LinkedInBot|Discordbot|SkypeUriPreview"
    r"|MicrosoftPreview|redditbot|Mastodon/|Iframely|Embedly|Snap URL Preview|vkShare|Bluesky Cardyb|Google-PageRenderer"
)
# Of crawler-user-agents' patterns these also fit phones and browsers of people: a build of Android 15, the Sogou browser, models.
NOT_ONLY_CRAWLERS = {r"AP3A\.240617\.008", "Sogou", "Sonic", "Butterfly", "Viber"}
# Makers name phones as they like: Cubot, M bot 60, Tornado. What stands behind `Android 14;` says nothing here.
MODEL = re.compile(r"(android [\d.]+;(?: ?[a-z][a-z][-_][a-z][a-z];)?)[^;)]*")


class Sign(NamedTuple):
    """Whose agent it is and what shows it. Reasons: missing, known, word, address, library, bare; none for people."""

    kind: Kind
    reason: str


PERSON = Sign(Kind.HUMAN, "")


def sign_of(agent: str) -> Sign:
    """Source: crawler-user-agents, and general signs: words, an address to complain to, libraries, the lack of any platform."""
    return _sign_of(agent[:AGENT_MAX_CHARS])


# 20 µs for an agent seen for the first time, 0.1 from here (2026-11-23).
@lru_cache(maxsize=REMEMBERED_AGENTS)
def _sign_of(agent: str) -> Sign:
    if not agent.strip():
        return Sign(Kind.BOT, "missing")
    known = KNOWN.first_in(agent)
    if known == "preview":
        return Sign(Kind.PREVIEW, "known")
    reason = known or _general_sign(agent.lower())
    return Sign(Kind.BOT, reason) if reason else PERSON


def _general_sign(lower: str) -> str:
    """Why this is no person's browser; empty when nothing speaks against it."""
    signs = GENERAL.all_in(MODEL.sub(r"\1", lower))
    if "old browser" in signs:
        return ""
    for reason in REASONS:
        if reason in signs:
            return reason
    pretends = "compatible" in signs and "kin" not in signs
    return "bare" if pretends or "platform" not in signs else ""


REASONS = ("word", "address", "library")
KNOWN = Patterns(
    [
        ("preview", PREVIEW_AGENTS),
        *(("known", row["pattern"]) for row in CRAWLER_USER_AGENTS_DATA if row["pattern"] not in NOT_ONLY_CRAWLERS),
    ]
)
# Over agents in lower case. Besides the reasons: `platform` is what every browser and app names (a system, a maker, an engine);
# `compatible` is how Internet Explorer and its `kin` began, and how crawlers do that want to look like them; `old browser` is from
# before there were any rules.
GENERAL = Patterns(read_rows("agent_signs.csv"))

import pytest

from apps.ingress.enrich import enrich
from apps.ingress.enrich.kind import VERSION, kind_of
from apps.ingress.event import Kind
from tests.ingress.make import an_event

PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.5 Mobile/15E148 Safari/604.1"
)


@pytest.mark.parametrize(
    ("agent", "kind"),
    [
        (PHONE, Kind.HUMAN),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0 Safari/537.36",
            Kind.HUMAN,
        ),
        ("Mozilla/5.0 (Linux; Android 14; CUBOT X30) AppleWebKit/537.36 Chrome/141.0 Mobile Safari/537.36", Kind.HUMAN),
        ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", Kind.BOT),
        (
            "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)",
            Kind.BOT,
        ),
        ("curl/8.5.0", Kind.BOT),
        ("python-requests/2.32", Kind.BOT),
        ("", Kind.BOT),
        ("   ", Kind.BOT),
        ("Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)", Kind.PREVIEW),
        ("facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)", Kind.PREVIEW),
        ("WhatsApp/2.23.20.0 A", Kind.PREVIEW),
        ("TelegramBot (like TwitterBot)", Kind.PREVIEW),
    ],
)
def test_the_agent_tells_who_asked(agent: str, kind: Kind) -> None:
    assert kind_of(an_event(user_agent=agent)) is kind


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        (("Sec-Purpose", "prefetch"), Kind.PREFETCH),
        (("sec-purpose", "prefetch;prerender"), Kind.PREFETCH),
        (("Purpose", "Prefetch"), Kind.PREFETCH),
        (("X-Moz", "prefetch"), Kind.PREFETCH),
        (("X-Purpose", "preview"), Kind.PREVIEW),
        (("Sec-Fetch-Mode", "navigate"), Kind.HUMAN),
    ],
)
def test_a_browser_that_only_looks_ahead_says_so_in_a_header(header: tuple[str, str], kind: Kind) -> None:
    assert kind_of(an_event(user_agent=PHONE, headers=(header,))) is kind


def test_a_head_request_is_no_person() -> None:
    assert kind_of(an_event(method="HEAD", user_agent=PHONE)) is Kind.HEAD


def test_enriching_says_by_which_version() -> None:
    event = enrich(an_event(user_agent="curl/8.5.0"))

    assert (event.kind, event.kind_version) == (Kind.BOT, VERSION)


def test_enriching_changes_nothing_else() -> None:
    event = an_event(user_agent=PHONE, query="a=1")

    enriched = enrich(event)

    assert (enriched.query, enriched.event_id, enriched.user_agent) == (event.query, event.event_id, PHONE)


def test_an_endless_agent_is_told_in_bounded_time() -> None:
    assert kind_of(an_event(user_agent="(" * 1_000_000)) in (Kind.HUMAN, Kind.BOT)

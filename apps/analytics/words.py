"""What stored words mean, for people."""

from apps.ingress.event import Event, Kind, Origin, Reason

REASONS: dict[str, str] = {
    Reason.LINK: "Sent to the destination of the link.",
    Reason.RULE: "Sent to a destination of the rule that took it.",
    Reason.FALLBACK: "Sent to a destination of the campaign's fallback: no rule had one for it.",
    Reason.VERIFIED: "Sent where to= said: the host is a verified domain of the organization.",
    Reason.SIGNED: "Sent where to= said: the signature is valid.",
    Reason.ORGANIZATION: "Sent to the organization's default destination: neither a link, a campaign nor to= had one.",
    Reason.UNKNOWN_KEY: "Refused: no link has this key.",
    Reason.PAUSED: "Refused: the link or its campaign is paused.",
    Reason.OUT_OF_DATES: "Refused by the campaign: it has not begun, or is over.",
    Reason.FULL: "Refused by the campaign: its own cap is full.",
    Reason.NO_DESTINATION: "Refused: neither the request, the link nor the organization names a destination.",
    Reason.UNVERIFIED: "Refused: to= names a host that is not a verified domain of the organization.",
    Reason.BAD_SIGNATURE: "Refused: the signature of to= is not valid.",
    Reason.EXPIRED: "Refused: the signature of to= has expired.",
    Reason.BAD_URL: "Refused: to= is not an absolute http or https address.",
    Reason.TOO_LONG: "Refused: with everything filled in, the destination is longer than browsers take.",
    Reason.FAULT: "Refused: something failed inside Trellis while deciding. The click was kept.",
}
KINDS: dict[str, str] = {
    Kind.HUMAN: "person",
    Kind.BOT: "bot",
    Kind.HEAD: "HEAD request",
    Kind.PREFETCH: "prefetch",
    Kind.PREVIEW: "link preview",
}
ORIGINS: dict[str, str] = {
    Origin.LIVE: "a visitor on the tracking address",
    Origin.IMPORT: "an imported access log",
    Origin.DEMO: "made up for the demonstration",
}
# Headers by which a browser says what it fetches for.
PURPOSES = {"sec-purpose", "purpose", "x-moz", "x-purpose"}
KNOWN_PROGRAM = "The user agent is a known crawler or program."
NO_AGENT = "The request names no user agent; browsers always do."
WHYS: dict[str, str] = {
    Kind.HUMAN: "Nothing in the request says that a program sent it.",
    Kind.HEAD: "The method is HEAD: a program asked where the link leads, nobody went there.",
    Kind.PREVIEW: "The user agent belongs to a service that draws previews of shared links.",
}


def kind_why(event: Event) -> str:
    """Why this request is of its kind, as far as the request itself shows it."""
    if event.kind == Kind.BOT:
        return KNOWN_PROGRAM if event.user_agent.strip() else NO_AGENT
    if event.kind == Kind.PREVIEW and (header := _purpose(event)):
        return f"{header} says that it was drawn as a preview."
    if event.kind == Kind.PREFETCH:
        return f"{_purpose(event) or 'A header'} says that the browser fetched ahead; nobody has followed the link yet."
    return WHYS.get(event.kind, "")


def _purpose(event: Event) -> str:
    """The header that names a purpose, with its value; empty when there is none."""
    said = (f"The header {name}: {value}" for name, value in event.headers if name.lower() in PURPOSES)
    return next(said, "")

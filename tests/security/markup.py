"""What a browser would make of a page: its elements, what they are told to do, and where they lead."""

from html.parser import HTMLParser

from django.conf import settings

from apps.analytics.credits import KNOWN

OUR_OWN = ("/", "?", "#", "data:image/svg+xml", f"{settings.TRELLIS_INGRESS_URL}/in/")
# Whom the licence of their data wants named, to the letter.
CREDITED = {credit.url for credit in KNOWN.values()}
LEADING = {"href", "src", "action", "formaction", "hx-get", "hx-post", "data-url", "poster"}
NEVER = {"base", "embed", "iframe", "object", "style"}


class Markup(HTMLParser):
    """`harm` names everything on the page that a stranger must not be able to put there; `text` is what a reader sees."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.harm: list[str] = []
        self._texts: list[str] = []
        self.feed(page)
        self.close()

    @property
    def text(self) -> str:
        return "".join(self._texts)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in NEVER or (tag == "script" and not given.get("src") and given.get("type") != "application/json"):
            self.harm.append(f"<{tag}>")
        if tag == "meta" and given.get("http-equiv"):
            self.harm.append(f"<meta http-equiv={given['http-equiv']}>")
        self.harm += [name for name in given if name.startswith(("on", "hx-on", "style", "srcdoc"))]
        self.harm += [f"{name}={where}" for name, where in given.items() if name in LEADING and leads_away(where)]

    def handle_data(self, data: str) -> None:
        self._texts.append(data)


def leads_away(where: str) -> bool:
    return bool(where) and where not in CREDITED and (not where.startswith(OUR_OWN) or where.startswith(("//", "/\\")))

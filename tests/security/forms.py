"""The forms on a page as a browser would send them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

FILLED = {"input", "select", "textarea", "button"}
Fields = dict[str, list[str]]


@dataclass
class Form:
    """`fields` is what is sent when nobody touches anything; `choices` every other value the page offers for a name."""

    method: str
    action: str
    fields: Fields = field(default_factory=dict)
    choices: Fields = field(default_factory=dict)

    def swapped(self, others: dict[str, list[str]]) -> Iterator[Fields]:
        """The fields, each time with one value exchanged for what somebody else calls the same kind of thing."""
        for name, values in (self.fields | self.choices).items():
            for kind in {kind_of(value, others) for value in values} - {""}:
                for other in others[kind]:
                    yield self.fields | {name: [other]}


def kind_of(value: str, others: dict[str, list[str]]) -> str:
    """`number` for what could be an id, the value itself for a key that is known, else empty: nothing to exchange."""
    return "number" if value.isdecimal() else value if value in others else ""


class _Forms(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[Form] = []
        self._select = self._area = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.found.append(Form(given.get("method", "get").upper(), given.get("action", "")))
        elif not self.found:
            return
        elif tag == "option" and self._select:
            self._offer(self._select, given.get("value", ""), chosen="selected" in given)
        elif tag in FILLED and given.get("name"):
            self._select = given["name"] if tag == "select" else self._select
            self._area = given["name"] if tag == "textarea" else ""
            if tag in ("input", "button"):
                ticked = given.get("type") not in ("checkbox", "radio", "submit") or "checked" in given
                self._offer(given["name"], given.get("value", ""), chosen=ticked and tag == "input")

    def handle_data(self, data: str) -> None:
        if self._area and self.found:
            self._offer(self._area, data, chosen=True)
            self._area = ""

    def handle_endtag(self, tag: str) -> None:
        self._select = "" if tag == "select" else self._select
        self._area = "" if tag == "textarea" else self._area

    def _offer(self, name: str, value: str, *, chosen: bool) -> None:
        into = self.found[-1].fields if chosen else self.found[-1].choices
        into.setdefault(name, []).append(value)


def forms_on(page: str) -> list[Form]:
    return _Forms(page).found

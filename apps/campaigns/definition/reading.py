"""The smallest parts of a document. Every problem is noted and reading goes on, so that people hear of all at once.

What is wrong is read as something harmless of its type: a document with a problem never becomes a definition.
"""

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeVar

from apps.campaigns.definition.trouble import Problem
from apps.campaigns.models.words import is_line

PROBLEMS_MAX = 100
YEARS = (1970, 2200)
RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)", re.ASCII)
T = TypeVar("T")
Word = TypeVar("Word", bound=StrEnum)


class Reading:
    """A document being read."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def note(self, pointer: str, detail: str, code: str) -> None:
        if len(self.problems) < PROBLEMS_MAX:
            self.problems.append(Problem(_printable(pointer), _printable(detail), code))

    def keys(self, document: object, pointer: str, known: Iterable[str], needed: Iterable[str] = ()) -> dict[str, Any]:
        """The object at this place; keys that may be left out are absent from it."""
        if not isinstance(document, dict):
            self.note(pointer, "An object is wanted here.", "type")
            return {}
        known = tuple(known)
        for key in document:
            if key not in known:
                sentence = f"This is not known here. Known are {', '.join(known)}."
                self.note(f"{pointer}/{_token(key)}", sentence, "unknown")
        for key in needed:
            if key not in document:
                self.note(f"{pointer}/{key}", "This is missing.", "required")
        return {key: document[key] for key in known if key in document}

    def each(self, document: object, pointer: str, most: int, read: Callable[[object, str], T]) -> tuple[T, ...]:
        if not isinstance(document, list):
            self.note(pointer, "A list is wanted here.", "type")
            return ()
        if len(document) > most:
            self.note(pointer, f"There are at most {most:,} here.", "too_many")
        return tuple(read(part, f"{pointer}/{place}") for place, part in enumerate(document[:most]))

    def text(self, document: object, pointer: str, most: int) -> str:
        """One line of 1 to `most` characters, without spaces around it."""
        if not isinstance(document, str):
            self.note(pointer, "A text is wanted here.", "type")
            return ""
        text = document.strip()
        if not text:
            self.note(pointer, "This is empty.", "required")
        elif len(text) > most:
            self.note(pointer, f"This has at most {most:,} characters.", "too_long")
        elif not is_line(text):
            self.note(pointer, "Characters that cannot be printed do not belong here.", "characters")
        return text

    def whole(self, document: object, pointer: str, low: int, high: int) -> int:
        if not isinstance(document, int) or isinstance(document, bool):
            self.note(pointer, "A whole number is wanted here.", "type")
        elif not low <= document <= high:
            self.note(pointer, f"This lies between {low:,} and {high:,}.", "out_of_range")
        else:
            return document
        return low

    def flag(self, document: object, pointer: str) -> bool:
        if not isinstance(document, bool):
            self.note(pointer, "true or false is wanted here.", "type")
        return document is True

    def word(self, document: object, pointer: str, words: type[Word]) -> Word:
        known = [word.value for word in words]
        if isinstance(document, str) and document in known:
            return words(document)
        self.note(pointer, f"This is one of {', '.join(known)}.", "choice")
        return next(iter(words))

    def moment(self, document: object, pointer: str) -> datetime | None:
        """A moment to the second, in UTC; null is none."""
        if document is None:
            return None
        try:
            if not isinstance(document, str) or not RFC_3339.fullmatch(document):
                raise ValueError
            found = datetime.fromisoformat(document)
            if not YEARS[0] < found.year < YEARS[1]:
                raise ValueError
            return found.astimezone(UTC).replace(microsecond=0)
        except ValueError:
            self.note(pointer, "A moment such as 2026-11-23T09:00:00Z is wanted here, or null.", "moment")
            return None


def _token(key: object) -> str:
    """A key as part of a pointer, RFC 6901 section 3."""
    return str(key)[:100].replace("~", "~0").replace("/", "~1")


def _printable(text: str) -> str:
    """Strangers' text in a form that every page and every JSON store takes."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)

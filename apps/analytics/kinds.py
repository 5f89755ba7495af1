"""Whom a report counts: people, or every kind of request."""

from enum import StrEnum


class Kinds(StrEnum):
    """Value of `kinds=`. Everything is kept; only people count unless one asks."""

    PEOPLE = "people"
    ALL = "all"

    @property
    def label(self) -> str:
        return "People" if self is Kinds.PEOPLE else "All kinds"

"""Which edition of the labels a page shows, and the menu that chooses another."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from apps.attribution.models import Edition

# The newest ones; who wants an older one writes its number into the address.
SHOWN = 20
BEFORE = "Before the first edition, when no click had a campaign of its own."


@dataclass(frozen=True)
class Choice:
    """`query` is the address of the page as of this edition. Before the first one nothing was made."""

    number: int
    made_at: datetime | None
    words: str
    query: str
    is_on: bool


@dataclass(frozen=True)
class EditionMenu:
    """`pinned` is the edition that the address names, None when it names none and the newest one is shown."""

    choices: tuple[Choice, ...]
    newest: int
    pinned: int | None
    newest_query: str

    @property
    def is_old(self) -> bool:
        return self.pinned is not None and self.pinned != self.newest

    @property
    def shown(self) -> int:
        return self.newest if self.pinned is None else self.pinned


def edition_menu(organization_id: int, pinned: int | None, address: Callable[[str], str]) -> EditionMenu | None:
    """None when the organization has no edition. `address` gives that of the page as of a number, "" being the newest.

    Cost: a query.
    """
    editions = Edition.objects.filter(organization_id=organization_id)[:SHOWN]
    choices = [
        Choice(each.number, each.created_at, each.words, address(str(each.number)), each.number == pinned)
        for each in editions
    ]
    if not choices:
        return None
    first = Choice(0, None, BEFORE, address("0"), pinned == 0)
    return EditionMenu((*choices, first), choices[0].number, pinned, address(""))

"""An organization's channel rules as one sees and changes them: a draft is the newest version with one change."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from apps.accounts.models import Membership, Organization, User
from apps.analytics.wildcards import text_of
from apps.ingress.enrich.builtin import ChannelRow, channel_rows
from apps.ingress.enrich.campaign_key import DEFAULT
from apps.ingress.models import ChannelRule, OrganizationTables

VERSIONS_SHOWN = 20
Line = dict[str, Any]


class ChangedMeanwhile(Exception):
    """Somebody else has written a newer version than the one that was looked at."""


@dataclass(frozen=True)
class Draft:
    """What would be written. `parameters` are where a request names its campaign; none is the usual order."""

    lines: tuple[Line, ...]
    replace: bool
    parameters: tuple[str, ...]

    @classmethod
    def of(cls, tables: OrganizationTables | None) -> "Draft":
        if tables is None:
            return cls((), False, ())
        return cls(tuple(tables.channel_rules), tables.channels_replace, tuple(tables.campaign_parameters))

    @property
    def rows(self) -> list[ChannelRow]:
        return [ChannelRow(**line) for line in self.lines]

    def place_of_same(self, line: Line) -> int | None:
        """Where a rule stands that asks the same, whatever channel it names: what comes after it is never reached."""
        asked = _asked(ChannelRow(**line))
        return next((place for place, row in enumerate(self.rows) if _asked(row) == asked), None)

    def with_line(self, line: Line) -> "Draft":
        """One more, after the organization's others and before those that are built in."""
        return replace(self, lines=(*self.lines, line))

    def without(self, place: int) -> "Draft":
        return replace(self, lines=self.lines[:place] + self.lines[place + 1 :])

    def moved(self, place: int, by: int) -> "Draft":
        """The line at `place` with its neighbour before (-1) or after (1) it; the ends stay ends."""
        lines, other = list(self.lines), place + by
        if 0 <= other < len(lines):
            lines[place], lines[other] = lines[other], lines[place]
        return replace(self, lines=tuple(lines))


@dataclass(frozen=True)
class Shown:
    """A rule for people; `place` counts from 0."""

    channel: str
    words: tuple[tuple[str, str], ...]
    place: int


@dataclass(frozen=True)
class Version:
    number: int
    who: str
    at: datetime
    rules: int
    is_newest: bool


def newest_of(member: Membership) -> OrganizationTables | None:
    return OrganizationTables.latest(member.organization_id)


def version_of(member: Membership, number: int) -> OrganizationTables | None:
    """One version of the member's organization, if it ever was."""
    return OrganizationTables.objects.filter(organization_id=member.organization_id, version=number).first()


@transaction.atomic
def write(member: Membership, draft: Draft, *, seen: int) -> OrganizationTables:
    """The next version. Errors: ChangedMeanwhile, ValidationError."""
    # One at a time: between looking and writing nobody else may have written.
    Organization.objects.select_for_update().get(pk=member.organization_id)
    newest = newest_of(member)
    if (newest.version if newest else 0) != seen:
        raise ChangedMeanwhile
    try:
        return OrganizationTables.write(
            member.organization_id,
            by=member.user.email,
            channel_rules=list(draft.lines),
            channels_replace=draft.replace,
            campaign_parameters=list(draft.parameters),
        )
    except IntegrityError as error:
        raise ChangedMeanwhile from error


def versions_of(member: Membership) -> list[Version]:
    """The newest first. Cost: two queries."""
    found = list(OrganizationTables.objects.filter(organization_id=member.organization_id)[:VERSIONS_SHOWN])
    people = User.objects.filter(memberships__organization=member.organization)
    names = {person.email: person.get_full_name() for person in people}
    return [
        Version(row.version, names.get(row.written_by, row.written_by), row.written_at, len(row.channel_rules), not n)
        for n, row in enumerate(found)
    ]


def shown(rows: Iterable[ChannelRow]) -> list[Shown]:
    return [Shown(row.channel, _words(row), place) for place, row in enumerate(rows)]


def builtin_rows(draft: Draft) -> Sequence[ChannelRow]:
    """Those that are tried after the organization's own: everybody's, as staff have them now, or none."""
    if draft.replace:
        return ()
    rows = [ChannelRow(*row) for row in ChannelRule.objects.values_list(*ChannelRow._fields)]
    return rows or channel_rows()


def parameters_in_force(draft: Draft) -> tuple[str, ...]:
    return draft.parameters or DEFAULT


def _asked(row: ChannelRow) -> list[tuple[str, str]]:
    """What a click must have, as it is compared: without regard to case."""
    return [(label, text.casefold()) for label, text in _words(row)]


def _words(row: ChannelRow) -> tuple[tuple[str, str], ...]:
    """What a click must have, as label and text; nothing fits every click."""
    paid = {None: "", True: "paid", False: "not paid"}[row.ad_paid]
    said = [
        ("Source", text_of(row.source)),
        ("Medium", text_of(row.medium)),
        ("Campaign", text_of(row.campaign)),
        ("Source category", row.category),
        ("Ad click", paid),
    ]
    return tuple((label, text) for label, text in said if text)

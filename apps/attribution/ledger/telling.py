"""What runs did, in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import time, timedelta
from zoneinfo import ZoneInfo

from apps.attribution.ledger.preview import Preview
from apps.attribution.models import Policy, Run
from apps.campaigns.models import Campaign

A_DAY = timedelta(days=1)


def edition_words(run: Run) -> str:
    """What a run that is done changed, in a few sentences."""
    return f"{deed_words(run)} {counts_words(run.counts)}"


def counts_words(counts: dict[str, dict[str, int]]) -> str:
    """ "Spring gained 120 events. 20 were taken from Summer." """
    keys = {int(key) for of in counts.values() for key in of}
    names = dict(Campaign.objects.filter(pk__in=keys).values_list("pk", "name"))
    said = [f"{_name(names, key)} gained {_events(number)}." for key, number in counts.get("gained", {}).items()]
    said += [f"{_name(names, key)} lost {_events(number)}." for key, number in counts.get("taken", {}).items()]
    return " ".join(said) or "Nothing changed."


@dataclass(frozen=True)
class CampaignCount:
    """Events that came to a campaign and went from it. Without a `key` the campaign is no longer there."""

    campaign_id: int
    name: str
    key: str
    gained: int
    lost: int


def campaign_counts(counts: dict[str, dict[str, int]]) -> list[CampaignCount]:
    """By campaign, the largest first. Cost: one query."""
    gained, taken = counts.get("gained", {}), counts.get("taken", {})
    numbers = {int(key) for key in (*gained, *taken)}
    known = Campaign.objects.only("pk", "name", "key").in_bulk(numbers)
    found = [
        CampaignCount(
            number,
            known[number].name if number in known else f"campaign {number}",
            known[number].key if number in known else "",
            gained.get(str(number), 0),
            taken.get(str(number), 0),
        )
        for number in numbers
    ]
    return sorted(found, key=lambda one: (-one.gained - one.lost, one.name))


def deed_words(run: Run) -> str:
    """What a run is told to do, as a sentence."""
    if run.reverts:
        live = " Its rule names no new clicks any more." if run.reverts.goes_live else ""
        return f"Edition {run.reverts.number} was reverted ({run.words}; {_span(run)}).{live}"
    if run.catches_up:
        return f"Clicks that were stored while edition {run.catches_up.number} was made were named {run.campaign.name}."
    fill = "only clicks without a campaign" if run.policy == Policy.FILL else "also clicks of other campaigns"
    live = f" New clicks of this kind are named {run.campaign.name} as they come." if run.goes_live else ""
    return f"Clicks were named {run.campaign.name} where {run.words}; {_span(run)}; {fill}.{live}"


def _span(run: Run) -> str:
    """In the organization's time zone; days where it is whole days."""
    zone = ZoneInfo(run.organization.time_zone)
    start, end = run.start.astimezone(zone), run.end.astimezone(zone)
    if start.time() == end.time() == time.min:
        first, last = start.date(), end.date() - A_DAY
        return f"{first:%-d %b %Y}" if first == last else f"{first:%-d %b %Y} to {last:%-d %b %Y}"
    return f"{start:%-d %b %Y %H:%M} until before {end:%-d %b %Y %H:%M} {end:%Z}"


def _name(names: dict[int, str], key: str) -> str:
    return names.get(int(key), f"campaign {key}")


def _events(number: int) -> str:
    return "1 event" if number == 1 else f"{number:,} events"


def preview_words(preview: Preview, currency: str) -> list[str]:
    """Lines for a terminal."""
    lines = [
        counts_words(preview.counts),
        f"{preview.people:,} of {_events(preview.events)} are clicks of people.",
        f"Their conversions: {preview.conversions:,}, revenue {preview.revenue:,.2f} {currency}.",
    ]
    if preview.is_missing_history:
        since = f"{preview.history_begins_at:%-d %B %Y %H:%M} UTC" if preview.history_begins_at else "never"
        lines.append(f"History begins {since}: nothing that happened before is stored.")
    lines += [f"  {day}  {events:>12,}" for day, events in preview.by_day.items()]
    if preview.sample:
        lines.append(f"Some of them: {', '.join(map(str, preview.sample))}.")
    return lines


def history_words(runs: Iterable[Run]) -> list[str]:
    """A line for each run, in the order given."""
    return [_line(run) for run in runs] or ["Nothing was applied yet."]


def _line(run: Run) -> str:
    who = str(run.created_by or "a command")
    words = run.edition.words if run.state == Run.State.DONE else f"{deed_words(run)} {run.error}".strip()
    note = f" “{run.note}”" if run.note else ""
    return f"{run.number or '-':>4}  {run.created_at:%Y-%m-%d %H:%M}  {run.state:<9}  {who}: {words}{note}"

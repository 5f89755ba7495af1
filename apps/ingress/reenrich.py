"""Making what one step of the enrichment found again over history, and what the steps after it made of that.

A job: months, then organizations, then days, in chunks of so many different inputs. A chunk's new columns appear at once; events
that the newest version made are left alone, so a chunk done twice is done once. What a request was is only read.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from django.utils import timezone

from apps.ingress import jobs, turns
from apps.ingress.enrich import STEPS
from apps.ingress.enrich.step import Step
from apps.ingress.enrich.tables import Tables, current, fresh
from apps.ingress.event import EPOCH, FIELDS, Event, Privacy
from apps.ingress.models import ChangedHours, Job
from apps.ingress.warehouse import rewriting
from apps.ingress.warehouse.rewriting import Cell, Chunk, Selection

KIND = "reenrich"
# With whole headers some 150 MB of a worker and a few seconds (2026-11-23).
CHUNK_INPUTS = 100_000
ADVANCE_EVERY = 20_000

# What each step looks at, besides the organization: columns, of the request and of steps before it. A step given an event that
# has only these finds what it finds with the whole event; tests/ingress/test_reenrich.py holds them to it.
READS: Mapping[str, tuple[str, ...]] = {
    "place": ("ip",),
    "network": ("ip", "asn", "as_name"),
    "device": ("user_agent", "headers"),
    "language": ("headers",),
    "referrer": ("organization_id", "referrer", "host"),
    "utm": ("parameters", "query"),
    "ad_click": ("parameters",),
    "campaign_key": (
        *("organization_id", "path", "query", "parameters", "utm_id", "utm_campaign", "utm_source", "utm_medium"),
        *("utm_term", "utm_content"),
    ),
    "landing_page": ("origin", "reason", "status", "host", "path", "destination"),
    "channel": (
        *("organization_id", "referrer_domain", "referrer_name", "referrer_medium"),
        *("utm_source", "utm_medium", "utm_campaign", "ad_network", "ad_is_paid"),
    ),
    "kind": ("method", "headers", "user_agent", "origin", "network_kind", "network_owner"),
}
STEP_NAMES = tuple(step.name for step in STEPS)


class UnknownStep(Exception):
    """The enrichment has no step of that name. The text names those it has."""


@dataclass(frozen=True)
class Remaking:
    """One step and those that build on it, with all they look at that they do not make themselves."""

    steps: tuple[Step, ...]
    fields: tuple[str, ...]
    inputs: tuple[str, ...]
    tables: Tables

    @classmethod
    def of(cls, name: str, tables: Tables) -> "Remaking":
        first = STEP_NAMES.index(name)
        steps = [STEPS[first]]
        made = set(STEPS[first].fields)
        for step in STEPS[first + 1 :]:
            if made & {*READS[step.name]}:
                steps.append(step)
                made |= {*step.fields}
        inputs = {field for step in steps for field in READS[step.name]} - made
        fields = tuple(field for step in steps for field in step.fields)
        return cls(tuple(steps), fields, tuple(field for field in FIELDS if field in inputs), tables)

    @property
    def version(self) -> str:
        return self.steps[0].fields[-1]

    @property
    def left_alone(self) -> tuple[str, ...]:
        """Events that do not have any more what the steps look at: erased ones, and for some steps those without their address."""
        reduced = [value for value in Privacy if value and "ip" in self.inputs]
        return tuple(reduced) or (Privacy.ERASED,)

    def newest_version(self, organization_id: int) -> int:
        version: int = self.steps[0].run(_nothing(organization_id), self.tables)[-1]
        return version

    def facts(self, values: tuple[Any, ...]) -> tuple[Any, ...]:
        """The new fields of an event with these inputs."""
        event = _nothing(0)._replace(**dict(zip(self.inputs, values, strict=True)))
        for step in self.steps:
            event = step.applied_to(event, self.tables)
        return tuple(getattr(event, field) for field in self.fields)


@dataclass(frozen=True)
class Piece:
    """What one slice does: a chunk and its cells."""

    chunk: Chunk
    cells: Sequence[Cell]

    @property
    def events(self) -> int:
        return sum(cell.events for cell in self.cells) // self.chunk.parts

    @property
    def cursor(self) -> dict[str, Any]:
        last = self.chunk.last
        return {
            "cell": [*last._replace(on=last.on.isoformat())],  # type: ignore[arg-type]
            "month": last.month,
            "part": self.chunk.part,
            "parts": self.chunk.parts,
        }


def start(step: str, start: datetime, end: datetime, *, organization_id: int = 0, user_id: int = 0) -> Job:
    """Errors: UnknownStep."""
    parameters, words = _asked(step, start, end, organization_id)
    return jobs.start(KIND, organization_id, user_id, parameters, **words)


def run_here(step: str, start: datetime, end: datetime, follow: Any, *, organization_id: int = 0) -> Job:
    """The same, done by this process. Errors: UnknownStep, WarehouseUnavailable."""
    parameters, words = _asked(step, start, end, organization_id)
    return jobs.run_here(KIND, organization_id, parameters, follow, **words)


def outdated(step: str, start: datetime, end: datetime, *, organization_id: int = 0) -> dict[int, int]:
    """How many events a job would change, by organization. Errors: UnknownStep, WarehouseUnavailable."""
    remaking = Remaking.of(step, current(timezone.now()))
    return rewriting.outdated(_selection(remaking, organization_id, start, end))


def do_slice(job: Job, cursor: Any) -> Any:
    """One chunk. Its cursor is the last cell that is done, or of a cell that is too large for one chunk the parts that are."""
    remaking = Remaking.of(job.parameters["step"], fresh(timezone.now()))
    start, end = map(datetime.fromisoformat, (job.parameters["start"], job.parameters["end"]))
    selection = _selection(remaking, job.organization_id, start, end)
    if cursor is None:
        jobs.advance(job, 0, sum(rewriting.outdated(selection).values()))
    piece = _next_piece(selection, remaking, cursor)
    # Only after looking what is left: the update of a worker that died may be happening just now, and is announced again then.
    ChangedHours.objects.filter(job=job).update(is_settled=True)
    if cursor and (piece is None or piece.chunk.first.month != cursor["month"]):
        with turns.mutating():
            rewriting.apply_patches(cursor["month"])
    if piece is None:
        job.result = {"words": f"{job.done:,} events are as if they had come in now."}
        return None
    _rewrite(job, remaking, selection, piece)
    done = job.done + piece.events
    jobs.advance(job, done, max(job.total, done), f"{piece.chunk.last.on:%-d %B %Y}")
    return piece.cursor


def _asked(step: str, start: datetime, end: datetime, organization_id: int) -> tuple[dict[str, Any], dict[str, str]]:
    if step not in STEP_NAMES:
        raise UnknownStep(f"There is no step {step!r}. Steps: {', '.join(STEP_NAMES)}.")
    parameters = {"step": step, "start": start.isoformat(), "end": end.isoformat()}
    title = f"Enrich again: {step.replace('_', ' ')}, {start:%-d %b %Y} until before {end:%-d %b %Y}"
    return parameters, {"title": title, "unit": "events"}


def _selection(remaking: Remaking, organization_id: int, start: datetime, end: datetime) -> Selection:
    found = rewriting.organizations(organization_id, start, end)
    versions = {number: remaking.newest_version(number) for number in found}
    return Selection(organization_id, start, end, remaking.version, versions, remaking.left_alone)


def _next_piece(selection: Selection, remaking: Remaking, cursor: Any) -> Piece | None:
    """What comes after the cursor; None at the end."""
    after = cursor and Cell(*cursor["cell"])._replace(on=date.fromisoformat(cursor["cell"][2]))
    if cursor and cursor["part"] + 1 < cursor["parts"]:
        return Piece(Chunk(after, after, cursor["part"] + 1, cursor["parts"]), [after])
    found = rewriting.cells(selection, remaking.inputs, after)
    if not found:
        return None
    cells = list(_fitting(found))
    return Piece(Chunk(cells[0], cells[-1], 0, max(-(-cells[0].inputs // CHUNK_INPUTS), 1)), cells)


def _fitting(cells: Sequence[Cell]) -> Iterator[Cell]:
    """The first cells, of one month, that fit into a chunk together; one at least."""
    _, of_month = next(groupby(cells, key=lambda cell: cell.month))
    inputs = 0
    for cell in of_month:
        inputs += cell.inputs
        if inputs > CHUNK_INPUTS and cell is not cells[0]:
            return
        yield cell


def _rewrite(job: Job, remaking: Remaking, selection: Selection, piece: Piece) -> None:
    facts: dict[int, tuple[Any, ...]] = {}
    for key, values in rewriting.different_inputs(selection, piece.chunk, remaking.inputs):
        facts[key] = remaking.facts(values)
        if len(facts) % ADVANCE_EVERY == 0:
            jobs.advance(job, job.done, job.total, job.note)
    changed = _announce(job, remaking, selection, piece.cells)
    with turns.updating():
        rewriting.rewrite(selection, piece.chunk, remaking.inputs, remaking.fields, facts, name=f"reenrich_{job.pk}")
    ChangedHours.objects.filter(pk__in=changed).update(is_settled=True)


def _announce(job: Job, remaking: Remaking, selection: Selection, cells: Sequence[Cell]) -> list[int]:
    """Rows for the hours about to change, not settled yet; their ids."""
    ids = []
    for organization_id, found in groupby(cells, key=lambda cell: cell.organization_id):
        days = [cell.on for cell in found]
        row, _ = ChangedHours.objects.update_or_create(
            job=job,
            organization_id=organization_id,
            start=max(rewriting.midnight(days[0]), selection.start),
            end=min(rewriting.midnight(days[-1]) + rewriting.A_DAY, selection.end),
            defaults={"fields": list(remaking.fields), "is_settled": False, "seen_by": []},
        )
        ids.append(row.pk)
    return ids


def _nothing(organization_id: int) -> Event:
    return Event(organization_id, 0, EPOCH)


jobs.register(KIND, do_slice)

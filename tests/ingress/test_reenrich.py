"""Making enrichment again over history: the same as if the events came in now, and nothing else of them changes."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from apps.ingress import jobs, reenrich
from apps.ingress.enrich import STEPS, enrich
from apps.ingress.enrich.tables import Tables, current
from apps.ingress.event import FIELDS, Event
from apps.ingress.models import ChangedHours, Job
from apps.ingress.reenrich import READS, Remaking
from apps.ingress.warehouse import rewriting
from apps.ingress.warehouse.connection import client
from apps.ingress.warehouse.writer import store_events
from tests.ingress.make import an_event, an_organization_id

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])

JANUARY, FEBRUARY, MARCH = (datetime(2026, month, 1, tzinfo=UTC) for month in (1, 2, 3))
DERIVED = tuple(field for step in STEPS for field in step.fields)
RAW = tuple(field for field in FIELDS if field not in DERIVED)
AGENTS = (
    "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "Googlebot/2.1",
    "",
    "caf\udce9/1.0",
)
ALL_STEPS = [step.name for step in STEPS]


def tables() -> Tables:
    return current(datetime.now(UTC))


@pytest.fixture
def organization_id() -> int:
    return an_organization_id()


def events(organization_id: int, count: int = 40, since: datetime = JANUARY) -> list[Event]:
    """Requests of many shapes over fifty days, with nothing found in them yet."""
    return [
        an_event(
            organization_id=organization_id,
            happened_at=since + timedelta(hours=30 * n),
            method="HEAD" if n % 11 == 0 else "GET",
            ip=f"203.0.{n % 7}.9" if n % 5 else "",
            user_agent=AGENTS[n % len(AGENTS)],
            headers=(("User-Agent", AGENTS[n % len(AGENTS)]), ("Accept-Language", "de-AT,de;q=0.9")),
            referrer=("https://www.google.com/search?q=pots", "", "https://l.instagram.com/")[n % 3],
            query=f"utm_source=News%20{n % 4}&gclid=x{n}",
            parameters={"utm_source": f"News {n % 4}", "gclid": f"x{n}"},
            path="/in/spring",
            destination="https://shop.example.com/pots?click=1",
            kind="preview",
        )
        for n in range(count)
    ]


def stored(found: list[Event]) -> list[Event]:
    store_events(found, token=uuid4().hex)
    return found


def rows(organization_id: int, fields: tuple[str, ...]) -> list[tuple[Any, ...]]:
    sql = f"SELECT {', '.join(fields)} FROM events WHERE organization_id = {{id:UInt32}} ORDER BY event_id"
    return client().execute(sql, {"id": organization_id})  # type: ignore[no-any-return]


def fingerprint(organization_id: int) -> object:
    """Of everything that arrived and was decided, byte for byte, and of how many rows there are."""
    sql = f"SELECT count(), sum(sipHash64({', '.join(RAW)})) FROM events WHERE organization_id = {{id:UInt32}}"
    return client().execute(sql, {"id": organization_id})


def remake(step: str, organization_id: int, start: datetime = JANUARY, end: datetime = MARCH) -> Job:
    return reenrich.run_here(step, start, end, lambda job: None, organization_id=organization_id)


def as_if_new(found: list[Event], fields: tuple[str, ...]) -> list[tuple[Any, ...]]:
    return [tuple(getattr(enrich(event, tables()), field) for field in fields) for event in found]


@pytest.mark.parametrize("step", ALL_STEPS)
def test_a_step_looks_at_nothing_but_what_it_says(step: str, organization_id: int) -> None:
    looked_at: set[str] = set()

    class Watched(Event):
        __slots__ = ()

        def __getattribute__(self, name: str) -> Any:
            if name in FIELDS:
                looked_at.add(name)
            return super().__getattribute__(name)

    (asked,) = [one for one in STEPS if one.name == step]
    for event in events(organization_id):
        asked.run(Watched._make(enrich(event, tables())), tables())

    assert looked_at <= {*READS[step], "organization_id"}


@pytest.mark.parametrize("step", ALL_STEPS)
def test_history_is_as_if_it_came_in_now(step: str, organization_id: int) -> None:
    remaking = Remaking.of(step, tables())
    found = [enrich(event, tables()) for event in events(organization_id)]
    nothing = {field: Event._field_defaults[field] for field in remaking.fields}
    stored([event._replace(**nothing) for event in found])

    remake(step, organization_id)

    assert rows(organization_id, remaking.fields) == as_if_new(found, remaking.fields)


def test_what_arrived_is_not_touched(organization_id: int) -> None:
    stored(events(organization_id))
    before = fingerprint(organization_id)

    remake("kind", organization_id)

    assert fingerprint(organization_id) == before


def test_only_the_span_and_the_organization_asked_for_change(organization_id: int) -> None:
    other = an_organization_id()
    stored(events(organization_id))
    stored(events(other))

    remake("kind", organization_id, JANUARY, FEBRUARY)

    changed = rows(organization_id, ("happened_at", "kind_version"))
    assert {version > 0 for at, version in changed if at < FEBRUARY} == {True}
    assert {version for at, version in changed if at >= FEBRUARY} == {0}
    assert {version for (version,) in rows(other, ("kind_version",))} == {0}


def test_events_of_the_newest_version_are_left_alone(organization_id: int) -> None:
    newest = Remaking.of("kind", tables()).newest_version(organization_id)
    stored([event._replace(kind="head", kind_version=newest) for event in events(organization_id)])

    job = remake("kind", organization_id)

    assert job.done == job.total == 0
    assert {kind for (kind,) in rows(organization_id, ("kind",))} == {"head"}


def test_chunks_follow_one_another_until_all_is_done(organization_id: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reenrich, "CHUNK_INPUTS", 3)
    found = stored(events(organization_id))

    job = remake("kind", organization_id)

    assert job.done == job.total == 40
    assert rows(organization_id, ("kind",)) == as_if_new(found, ("kind",))


def test_a_day_with_too_many_inputs_is_done_in_parts(organization_id: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reenrich, "CHUNK_INPUTS", 2)
    agents = [f"agent {n}" for n in range(20)]
    stored([an_event(organization_id=organization_id, happened_at=JANUARY, user_agent=agent) for agent in agents])

    job = remake("kind", organization_id)

    assert {version > 0 for (version,) in rows(organization_id, ("kind_version",))} == {True}
    assert job.status == Job.Status.DONE


def test_a_slice_done_twice_is_done_once(organization_id: int) -> None:
    found = stored(events(organization_id))
    job = a_running_job(organization_id)
    first = reenrich.do_slice(job, None)

    assert reenrich.do_slice(job, None) != first
    while (first := reenrich.do_slice(job, first)) is not None:
        pass
    assert rows(organization_id, ("kind",)) == as_if_new(found, ("kind",))


def test_events_that_come_meanwhile_are_neither_lost_nor_changed(
    organization_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, late = events(organization_id), [enrich(event, tables()) for event in events(organization_id)]
    stored(before)
    rewrite = rewriting.rewrite

    def rewrite_late(*args: Any, **names: Any) -> None:
        if late:
            stored([late.pop() for _ in range(len(late))])
        rewrite(*args, **names)

    monkeypatch.setattr(rewriting, "rewrite", rewrite_late)
    remake("kind", organization_id)

    assert len(rows(organization_id, ("event_id",))) == 80
    assert {version > 0 for (version,) in rows(organization_id, ("kind_version",))} == {True}


def test_the_hours_that_changed_are_left_for_whoever_follows(organization_id: int) -> None:
    stored(events(organization_id))

    remake("kind", organization_id)

    left = ChangedHours.objects.unseen_by("roll-ups").filter(organization_id=organization_id)
    assert [(row.start, row.end) for row in left] == [
        (JANUARY, FEBRUARY),
        (FEBRUARY, datetime(2026, 2, 19, tzinfo=UTC)),
    ]
    assert set(left[0].fields) >= {"kind", "kind_version"}


def test_a_reader_says_once_what_it_has_seen(organization_id: int) -> None:
    stored(events(organization_id, 2))
    remake("kind", organization_id)
    (row,) = ChangedHours.objects.unseen_by("roll-ups")

    row.seen("roll-ups")
    row.seen("roll-ups")

    row.refresh_from_db()
    assert row.seen_by == ["roll-ups"]
    assert list(ChangedHours.objects.unseen_by("conversions")) == [row]


def test_what_a_dead_worker_announced_is_settled_by_the_next(organization_id: int) -> None:
    job = a_running_job(organization_id)
    hours = {"start": JANUARY, "end": FEBRUARY, "fields": ["kind"]}
    ChangedHours.objects.create(job=job, organization_id=organization_id, **hours)

    assert not ChangedHours.objects.unseen_by("roll-ups").exists()
    reenrich.do_slice(job, None)

    assert ChangedHours.objects.unseen_by("roll-ups").exists()


def test_a_cancelled_job_stops_at_the_next_chunk(organization_id: int) -> None:
    stored(events(organization_id))
    job = a_running_job(organization_id)
    jobs.cancel(job, datetime.now(UTC))

    with pytest.raises(jobs.Stopped):
        reenrich.do_slice(job, None)

    assert {version for (version,) in rows(organization_id, ("kind_version",))} == {0}


def test_the_table_of_the_moment_is_gone_afterwards(organization_id: int) -> None:
    stored(events(organization_id, 2))

    remake("kind", organization_id)

    assert client().execute("SELECT name FROM system.tables WHERE name LIKE 'reenrich%'") == []


def a_running_job(organization_id: int) -> Job:
    parameters = {"step": "kind", "start": JANUARY.isoformat(), "end": MARCH.isoformat()}
    job = jobs.start(reenrich.KIND, organization_id, 0, parameters)
    Job.objects.filter(pk=job.pk).update(status=Job.Status.RUNNING)
    job.refresh_from_db()
    return job


# What is missing of an event on purpose


@pytest.mark.parametrize("privacy", ["truncated", "hashed", "no_address", "unlinked", "erased"])
def test_what_was_found_by_an_address_that_is_gone_stays(organization_id: int, privacy: str) -> None:
    found = {"country": "NZ", "city": "Wellington", "network_kind": "tor", "network_owner": "An exit"}
    stored([an_event(organization_id=organization_id, happened_at=JANUARY, privacy=privacy, ip="", **found)])

    remake("place", organization_id)
    remake("network", organization_id)

    assert rows(organization_id, tuple(found)) == [tuple(found.values())]


@pytest.mark.parametrize(("privacy", "browser"), [("no_address", "Firefox"), ("erased", "Netscape")])
def test_a_step_that_does_not_look_at_the_address_goes_on_until_all_is_gone(
    organization_id: int, privacy: str, browser: str
) -> None:
    agent = "" if privacy == "erased" else AGENTS[0]
    event = an_event(
        organization_id=organization_id, happened_at=JANUARY, privacy=privacy, user_agent=agent, browser="Netscape"
    )
    stored([event])

    remake("device", organization_id)

    assert rows(organization_id, ("browser",)) == [(browser,)]

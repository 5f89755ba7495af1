"""The campaigns, requests and checks of `bench routing`."""

from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import orjson
import pytest

from apps.ingress.capture import Request
from apps.ingress.enrich.networks import Networks
from apps.ingress.enrich.places import load_places
from apps.ingress.enrich.snapshot import Tables, builtin_rows, tables_of
from apps.ingress.plans.plan import Plan
from apps.ingress.routing import RouteTable
from bench import routing, routing_campaigns, routing_decisions, routing_places, traffic
from bench.result import Invalid
from bench.routing_decisions import Seen, check_line
from tests.ingress.make import an_organization_unit
from tests.ingress.plans.make import a_desk

TEN = routing_campaigns.numbers(10)[0]


def a_unit(number: int, version: int = 1) -> dict[str, Any]:
    return routing_decisions.unit_of(number, version)


@cache
def a_plan(number: int) -> Plan:
    return Plan.read(number, a_unit(number))


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    places = load_places(str(routing_places.write_file(tmp_path_factory.mktemp("bench") / "geo")))
    return tables_of(builtin_rows(), places=places, networks=Networks([]))


def lines(tables: Tables, *, count: int = 300, number: int = TEN) -> list[bytes]:
    """What a worker keeps of clicks on this campaign's link."""
    table = RouteTable()
    link = {"organization_id": traffic.ORGANIZATION_ID, "link_id": 9, "destination": "", "paused": False}
    table.apply(f"organization:{traffic.ORGANIZATION_ID}", an_organization_unit())
    table.apply(f"campaign:{number}", a_unit(number))
    table.apply("link:c", link | {"campaign_id": number})
    desk = a_desk(table, tables=tables)
    heads = routing_places.requests([], lambda _: "c", count=count)
    return [desk.answer(as_request(head)).line for head in heads]


def as_request(head: bytes) -> Request:
    """As the parser hands it over, from the address the proxy names."""
    first, *rest = head.removesuffix(b"\r\n\r\n").split(b"\r\n")
    headers = [tuple(line.split(b": ", 1)) for line in rest]
    return Request(b"GET", first.split(b" ")[1], headers, dict(headers)[b"X-Forwarded-For"].decode())  # type: ignore[arg-type]


def changed(line: bytes, **parts: Any) -> bytes:
    return orjson.dumps(orjson.loads(line) | parts)


def test_there_are_ten_thousand_campaigns_with_as_many_rules_as_is_said() -> None:
    rules = Counter(rules for _, rules in routing_campaigns.campaigns())

    assert rules == routing_campaigns.COUNTS
    assert rules.total() == 10_000
    assert [number for number, _ in routing_campaigns.campaigns()] == list(range(1, 10_001))


@pytest.mark.parametrize("rules", routing_campaigns.COUNTS)
def test_every_kind_of_campaign_can_be_routed_by(rules: int) -> None:
    for number in routing_campaigns.numbers(rules)[:10]:
        assert len(a_plan(number).tried) == rules == routing_campaigns.rules_of(number)


def test_ten_rules_ask_for_place_device_parameters_and_time_and_are_nested() -> None:
    text = orjson.dumps(routing_campaigns.document(TEN, 10)).decode()

    for asked in ("country", "device_type", "parameters.sub1", "hour.Europe/Berlin", "not", "any"):
        assert f'"{asked}"' in text


def test_keys_of_campaigns_are_not_those_of_plain_links() -> None:
    keys = {routing_campaigns.key_of(number) for number, _ in routing_campaigns.campaigns()}

    assert len(keys) == 10_000
    assert not keys & {traffic.key_of(n) for n in range(1, traffic.LINKS + 1)}


def test_requests_are_those_of_traffic_with_another_key_and_an_address() -> None:
    plain = traffic.requests([], count=50)

    moved = routing_places.requests([], lambda _: "c1", count=50)

    for old, new in zip(plain, moved, strict=True):
        assert new.startswith(b"GET /in/c1?")
        assert new.partition(b"?")[2].startswith(old.partition(b"?")[2].removesuffix(b"\r\n"))
        assert new.count(b"\r\n\r\n") == 1
        assert b"\r\nX-Forwarded-For: " in new


def test_the_same_addresses_come_whatever_the_keys() -> None:
    def addresses(target: str) -> list[bytes]:
        heads = routing_places.requests([], routing.keys_of(target), count=30)
        return [head.rpartition(b": ")[2] for head in heads]

    assert addresses("plain") == addresses("10-rules")


def test_most_addresses_have_a_place_and_countries_differ(tables: Tables) -> None:
    heads = routing_places.requests([], lambda _: "c", count=300)

    countries = Counter(tables.places.of(as_request(head).peer).country for head in heads)

    assert 0.02 < countries[""] / 300 < 0.2
    assert len(countries) > 15


def test_nobody_clicks_on_the_campaign_that_is_published_again_and_again() -> None:
    heads = routing_places.requests([], routing.keys_of("10-rules-every"), count=5_000)

    assert not any(f"/in/{routing_campaigns.key_of(routing.WATCHED)}?".encode() in head for head in heads)


def test_clicks_are_on_a_few_campaigns_or_on_every_one() -> None:
    def campaigns(target: str) -> set[bytes]:
        heads = routing_places.requests([], routing.keys_of(target), count=5_000)
        return {head.partition(b"?")[0] for head in heads}

    assert len(campaigns("10-rules")) == len(campaigns("100-rules")) == routing.BUSY
    assert len(campaigns("10-rules-every")) > 3_000


def test_clicks_that_are_decided_as_the_plan_says_are_right_and_rules_are_hit(tables: Tables) -> None:
    # Of 300 none may go to the least likely destination: which rules hold hangs on the hour.
    events = [check_line(line, tables, a_plan) for line in lines(tables, count=3_000)]

    assert len({event.rule_id for event in events}) > 3
    assert {event.destination_id for event in events} == {1, 2, 3, 4}
    assert {event.country for event in events} >= {"US", "DE"}


@pytest.mark.parametrize(
    "part",
    [{"rule": 99}, {"destination": 9}, {"propensity": 0.5}, {"version": 2}, {"reason": "paused"}, {"to": "https://x/"}],
)
def test_a_click_that_was_decided_otherwise_makes_the_run_invalid(part: dict[str, Any], tables: Tables) -> None:
    (line,) = lines(tables, count=1)

    with pytest.raises(Invalid, match="click"):
        check_line(changed(line, **part), tables, a_plan)


def test_a_plain_link_that_sent_nobody_on_makes_the_run_invalid(tables: Tables) -> None:
    (line,) = lines(tables, count=1)
    said = {name: value for name, value in orjson.loads(line).items() if name != "campaign"}

    with pytest.raises(Invalid, match="plain link"):
        check_line(orjson.dumps(said | {"status": 404, "reason": "unknown_key"}), tables, a_plan)


def test_a_spool_is_checked_and_what_the_clicks_met_is_counted(tables: Tables, tmp_path: Path) -> None:
    folder = tmp_path / "spool" / "w0001"
    folder.mkdir(parents=True)
    (folder / "one.sealed").write_bytes(b"".join(lines(tables, count=100)))
    seen = Seen()

    routing_decisions.check(tmp_path / "spool", tables, version=1, seen=seen)

    assert seen.places[10].total() == 100
    assert 1 < seen.tried(10) <= 10
    assert 0 < seen.share_taken(10) < 1


def test_an_empty_spool_is_no_run(tables: Tables, tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="no click"):
        routing_decisions.check(tmp_path, tables, version=1, seen=Seen())


def test_ratios_are_ours_by_the_plain_links() -> None:
    samples = {f"{target}/{what}": [10.0] for target in routing.TARGETS for what in ("per_s", "cpu_us", "p99_ms")}
    samples |= {"plain/per_s": [100.0, 90.0, 80.0], "10-rules/per_s": [60.0], "one/live_s": [0.4, 0.6]}

    result = routing.result_of(samples, Seen())

    assert result.ratios["10 rules"] == pytest.approx(60 / 90)
    assert result.figures["one/live_s_max"].value == 0.6
    assert "10-rules/per_s" in result.table()

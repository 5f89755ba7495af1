"""The choice between destinations: fair, the same for the same visitor, and the same in ClickHouse."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.ingress.plans.choice import SEED_SQL, Choice, Sticky, choice_of, chosen, seed_of, splitmix64, sql
from apps.ingress.warehouse.connection import client

SEEDS = st.integers(0, 2**64 - 1)
WEIGHTS = st.lists(st.integers(1, 1_000_000), min_size=1, max_size=8)
DECISIONS = 1_000_000
# What chi-square exceeds once in a thousand times, by its degrees of freedom (NIST handbook, 1.3.6.7.4).
CHI_SQUARE = {1: 10.828, 2: 13.816, 3: 16.266}


def a_choice(*weights: int, campaign_id: int = 5) -> Choice:
    return choice_of(campaign_id, list(enumerate(weights, start=1)))


def destination(choice: Choice, seed: int) -> int:
    return chosen(choice, seed)[0]


def chi_square(found: Sequence[int], expected: Sequence[float]) -> float:
    return sum((one - other) ** 2 / other for one, other in zip(found, expected, strict=True))


@pytest.mark.parametrize("weights", [(70, 30), (1, 10, 100)])
def test_a_million_visitors_are_shared_by_weight(weights: tuple[int, ...]) -> None:
    choice = a_choice(*weights)
    seen = dict.fromkeys(range(1, len(weights) + 1), 0)

    # Ids as snowflakes are: one after the other.
    for visitor_id in range(7_000_000_000_000, 7_000_000_000_000 + DECISIONS):
        seen[destination(choice, visitor_id)] += 1

    expected = [weight / sum(weights) * DECISIONS for weight in weights]
    assert chi_square(list(seen.values()), expected) < CHI_SQUARE[len(weights) - 1]


def test_choices_of_two_campaigns_do_not_hang_together() -> None:
    first, second = a_choice(1, 1, campaign_id=5), a_choice(1, 1, campaign_id=6)

    both = dict.fromkeys([(1, 1), (1, 2), (2, 1), (2, 2)], 0)
    for seed in range(100_000):
        both[destination(first, seed), destination(second, seed)] += 1

    assert chi_square(list(both.values()), [25_000] * 4) < CHI_SQUARE[3]


@given(WEIGHTS, SEEDS)
def test_the_same_visitor_gets_the_same_destination(weights: list[int], seed: int) -> None:
    assert chosen(a_choice(*weights), seed) == chosen(a_choice(*weights), seed)


@given(WEIGHTS, SEEDS, st.data())
def test_raising_a_weight_moves_visitors_to_that_destination_only(
    weights: list[int], seed: int, data: st.DataObject
) -> None:
    raised = data.draw(st.integers(1, len(weights)))
    more = list(weights)
    more[raised - 1] += data.draw(st.integers(1, 1_000_000))

    before, after = destination(a_choice(*weights), seed), destination(a_choice(*more), seed)

    assert after in (before, raised)


@given(st.lists(st.integers(1, 1_000_000), min_size=2, max_size=8), SEEDS, st.data())
def test_taking_a_destination_away_moves_only_its_visitors(weights: list[int], seed: int, data: st.DataObject) -> None:
    choice = a_choice(*weights)
    gone = data.draw(st.sampled_from([share.destination_id for share in choice]))

    before = destination(choice, seed)
    after, _ = chosen(choice, seed, {share.destination_id for share in choice} - {gone})

    assert before in (after, gone)


@given(WEIGHTS, SEEDS)
def test_propensity_is_the_share_of_the_weight_among_those_that_could_be(weights: list[int], seed: int) -> None:
    number, propensity = chosen(a_choice(*weights), seed)

    assert propensity == pytest.approx(weights[number - 1] / sum(weights))


def test_of_a_single_destination_left_the_propensity_is_one() -> None:
    assert chosen(a_choice(1, 99), 12345, {1}) == (1, 1.0)


def test_of_nothing_nothing_is_chosen() -> None:
    assert chosen((), 1) == (0, 0.0)
    assert chosen(a_choice(1, 2), 1, set()) == (0, 0.0)


def test_the_same_destination_twice_has_both_weights() -> None:
    assert choice_of(5, [(1, 10), (2, 5), (1, 20)]) == choice_of(5, [(1, 30), (2, 5)])


def test_numbers_are_those_of_the_published_generator() -> None:
    # The first outputs of splitmix64 from state 1234567 (Vigna, prng.di.unimi.it).
    state, golden = 1234567, 0x9E3779B97F4A7C15

    found = [splitmix64((state + step * golden) % 2**64) for step in range(3)]

    assert found == [6457827717110365317, 3203168211198807973, 9817491932198370423]


def test_who_keeps_no_cookie_is_known_by_address_and_agent() -> None:
    one = seed_of(Sticky.ADDRESS, 1, "203.0.113.9", "Firefox")

    assert one == seed_of(Sticky.ADDRESS, 2, "203.0.113.9", "Firefox")
    assert one != seed_of(Sticky.ADDRESS, 1, "203.0.113.9", "Chrome")
    assert one != seed_of(Sticky.ADDRESS, 1, "203.0.113.8", "Firefox")


@pytest.mark.django_db(databases=["clickhouse"])
@pytest.mark.parametrize("weights", [(), (3,), (70, 30), (1, 1_000_000, 17, 400, 2)])
def test_clickhouse_chooses_the_same(weights: tuple[int, ...]) -> None:
    choice = a_choice(*weights)
    asked = f"SELECT seed, {sql(choice, 'seed')} FROM (SELECT cityHash64(number) AS seed FROM numbers(20000))"

    rows = client().execute(asked)

    assert [(seed, destination(choice, seed)) for seed, _ in rows] == rows


@pytest.mark.django_db(databases=["clickhouse"])
@pytest.mark.parametrize("agent", ["", "Firefox", "J\u00e4ger \udcff\u20ac", "x" * 9_000])
@pytest.mark.parametrize("sticky", Sticky)
def test_clickhouse_seeds_the_same(sticky: Sticky, agent: str) -> None:
    raw = agent.encode("utf-8", "surrogateescape").hex()
    row = {"visitor_id": 2**64 - 3, "ip": "2001:db8::1", "agent": raw}
    columns = "toUInt64({visitor_id:UInt64}) AS visitor_id, {ip:String} AS ip, unhex({agent:String}) AS user_agent"

    found = client().execute(f"SELECT {SEED_SQL[sticky]} FROM (SELECT {columns})", row)

    assert found == [(seed_of(sticky, 2**64 - 3, "2001:db8::1", agent),)]

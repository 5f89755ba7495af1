"""Segments with lines that cannot be stored: each is put aside by itself, everything around it is stored once."""

from itertools import count

import pytest

from tests.faults.harness import World, a_run
from tests.faults.ingress import Ingress
from tests.ingress.make import NOW_MS, a_line

pytestmark = pytest.mark.faults

POISON = {
    "of the year 1970": (a_line(at_ms=1_000, event_id=5), "event_has_a_time"),
    "without an id": (a_line(event_id=0), "event_has_an_id"),
    "that is no JSON": (b'{"id": 12, "at": ', "JSONDecodeError"),
    "of NUL bytes": (bytes(300), "JSONDecodeError"),
    "that is no UTF-8": (b'{"id": "\xff\xfe\xc3"}', "JSONDecodeError"),
    "that is empty": (b"", "JSONDecodeError"),
    "of an older version": (b'{"id": 7, "at": 1700000000000}', "KeyError"),
}
_ids = count((NOW_MS << 22) + 3_000_000_000)


def good_lines(run: str, number: int = 20) -> list[bytes]:
    return [a_line(target=f"/in/faults?run={run}", organization_id=1, event_id=next(_ids)) for _ in range(number)]


def test_each_poisonous_line_is_put_aside_with_its_reason_and_the_others_are_stored(
    world: World, ingress: Ingress
) -> None:
    lines = good_lines(run := a_run())
    positions = {}
    for name, (line, _) in POISON.items():
        lines.insert(at := 2 * len(positions), line)
        positions[name] = at + 1

    ingress.plant(f"poison-{run}", b"\n".join(lines) + b"\n")
    ingress.drains()

    letters = world.dead_letters(f"poison-{run}")
    assert set(letters) == set(positions.values())
    for name, (line, reason) in POISON.items():
        assert reason in letters[positions[name]][0], name
        assert letters[positions[name]][1] == line, name
    assert list(world.stored(run).values()) == [1] * 20


def test_sending_and_replaying_a_poisoned_segment_again_duplicates_nothing(world: World, ingress: Ingress) -> None:
    lines = [POISON["of the year 1970"][0], *good_lines(run := a_run()), POISON["that is no JSON"][0]]
    payload = b"\n".join(lines) + b"\n"
    ingress.plant(f"again-{run}", payload)
    ingress.drains()
    letters = world.dead_letters(f"again-{run}")

    said = world.replay(f"again-{run}")
    ingress.plant(f"again-{run}", payload)
    ingress.drains()

    assert "still_bad=2" in said
    assert world.dead_letters(f"again-{run}").keys() == letters.keys() == {1, 22}
    assert list(world.stored(run).values()) == [1] * 20


def test_an_enormous_line_is_a_click_like_any_other(world: World, ingress: Ingress) -> None:
    lines = good_lines(run := a_run(), 3)
    lines.insert(
        1,
        a_line(target=f"/in/faults?run={run}", event_id=next(_ids), destination="https://x.example/" + "y" * 3_000_000),
    )

    ingress.plant(f"enormous-{run}", b"\n".join(lines) + b"\n")
    ingress.drains()

    assert world.dead_letters(f"enormous-{run}") == {}
    assert list(world.stored(run).values()) == [1] * 4


def test_the_last_line_that_a_power_cut_tore_is_a_dead_letter_and_the_rest_is_stored(
    world: World, ingress: Ingress
) -> None:
    payload = b"\n".join(good_lines(run := a_run())) + b"\n"

    ingress.plant(f"torn-{run}", payload[:-100], suffix=".open")
    ingress.drains()

    letters = world.dead_letters(f"torn-{run}")
    assert list(letters) == [20]
    assert letters[20][1] == payload[:-100].rpartition(b"\n")[2]
    assert list(world.stored(run).values()) == [1] * 19


def test_a_tail_of_nothing_that_a_power_cut_left_is_one_dead_letter(world: World, ingress: Ingress) -> None:
    payload = b"\n".join(good_lines(run := a_run())) + b"\n"

    ingress.plant(f"zeros-{run}", payload + bytes(4_096), suffix=".open")
    ingress.drains()

    assert list(world.dead_letters(f"zeros-{run}")) == [21]
    assert list(world.stored(run).values()) == [1] * 20


def test_a_segment_that_was_begun_and_never_written_goes_without_a_trace(world: World, ingress: Ingress) -> None:
    ingress.plant(f"empty-{(run := a_run())}", b"", suffix=".open")

    ingress.drains()

    assert world.dead_letters(f"empty-{run}") == {}

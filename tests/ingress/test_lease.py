from pathlib import Path

import pytest

from apps.ingress import lease
from tests.ingress.make import NOW_MS


def test_two_holders_get_two_numbers_and_two_folders(tmp_path: Path) -> None:
    one = lease.take(tmp_path, node=0, now_ms=NOW_MS)
    other = lease.take(tmp_path, node=0, now_ms=NOW_MS)

    assert one.number != other.number
    assert one.folder != other.folder


def test_two_nodes_share_no_number() -> None:
    ranges = [range(node * lease.WORKERS_PER_NODE, (node + 1) * lease.WORKERS_PER_NODE) for node in range(lease.NODES)]

    assert sorted(number for numbers in ranges for number in numbers) == list(range(1024))


def test_a_released_number_is_given_out_again(tmp_path: Path) -> None:
    first = lease.take(tmp_path, node=2, now_ms=NOW_MS)
    first.release()

    assert lease.take(tmp_path, node=2, now_ms=NOW_MS).number == first.number == 64


def test_a_successor_learns_up_to_when_ids_may_have_been_given_out(tmp_path: Path) -> None:
    first = lease.take(tmp_path, node=0, now_ms=NOW_MS)
    reserved_ms = first.reserve(NOW_MS)
    first.release()

    assert lease.take(tmp_path, node=0, now_ms=NOW_MS).start_ms == reserved_ms > NOW_MS


def test_a_number_used_on_a_fast_clock_is_passed_over_while_there_is_another(tmp_path: Path) -> None:
    fast = lease.take(tmp_path, node=0, now_ms=NOW_MS)
    fast.reserve(NOW_MS + 86_400_000)
    fast.release()

    assert lease.take(tmp_path, node=0, now_ms=NOW_MS).number != fast.number


def test_a_number_used_on_a_fast_clock_is_taken_when_there_is_no_other(tmp_path: Path) -> None:
    held = [lease.take(tmp_path, node=0, now_ms=NOW_MS) for _ in range(lease.WORKERS_PER_NODE)]
    held[9].reserve(NOW_MS + 86_400_000)
    held[9].release()

    assert lease.take(tmp_path, node=0, now_ms=NOW_MS).number == held[9].number


def test_when_all_numbers_are_taken_the_error_says_so(tmp_path: Path) -> None:
    held = [lease.take(tmp_path, node=1, now_ms=NOW_MS) for _ in range(lease.WORKERS_PER_NODE)]

    with pytest.raises(lease.NoWorkerNumber, match="all 32 worker numbers of node 1"):
        lease.take(tmp_path, node=1, now_ms=NOW_MS)

    assert len({each.number for each in held}) == lease.WORKERS_PER_NODE


def test_a_folder_somebody_holds_cannot_be_locked(tmp_path: Path) -> None:
    held = lease.take(tmp_path, node=0, now_ms=NOW_MS)

    assert lease.lock(held.folder, number=held.number) is None

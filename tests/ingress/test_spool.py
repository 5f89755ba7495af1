import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from threading import Thread

import pytest

from apps.ingress.spool import SEGMENT_LINES, Fsync, Spool, adopt, segments_in


def a_spool(folder: Path, fsync: Fsync = Fsync.OFF) -> Spool:
    ids = count(1)
    folder.mkdir(parents=True, exist_ok=True)
    return Spool(folder, new_id=lambda: f"{next(ids):016x}", fsync=fsync)


def lines(number: int, start: int = 0) -> list[bytes]:
    return [b"line %d\n" % n for n in range(start, start + number)]


def everything_in(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.glob("*.*")))


@contextmanager
def small_files() -> Iterator[None]:
    """No file of this process may grow past 1,000 bytes: what a full disk looks like to a writer.

    Only around what is tried: what the test runner prints may go to a file as well.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("fsync", Fsync)
def test_a_line_is_on_disk_when_append_returns(tmp_path: Path, fsync: Fsync) -> None:
    spool = a_spool(tmp_path, fsync)

    assert spool.append([b"one\n", b"two\n"])

    assert everything_in(tmp_path) == b"one\ntwo\n"
    assert spool.kept == 2


def test_a_full_segment_is_sealed_and_the_next_begun(tmp_path: Path) -> None:
    spool = a_spool(tmp_path)

    for start in range(0, SEGMENT_LINES + 10, 10):
        spool.append(lines(10, start))

    sealed = spool.take_sealed()
    assert [segment.path.read_bytes() for segment in sealed] == [b"".join(lines(SEGMENT_LINES))]
    assert everything_in(tmp_path) == b"".join(lines(SEGMENT_LINES + 10))


def test_a_segment_is_sealed_by_age(tmp_path: Path) -> None:
    spool = a_spool(tmp_path)
    spool.append(lines(1))

    spool.seal(at_least_seconds=3_600)
    assert spool.take_sealed() == []

    spool.seal()
    assert len(spool.take_sealed()) == 1


def test_an_empty_spool_seals_nothing(tmp_path: Path) -> None:
    spool = a_spool(tmp_path)

    spool.seal()

    assert spool.take_sealed() == []
    assert spool.waiting_since() is None


def test_sealed_segments_are_handed_out_once(tmp_path: Path) -> None:
    spool = a_spool(tmp_path, Fsync.BATCH)
    spool.append(lines(1))
    spool.seal()

    assert len(spool.take_sealed()) == 1
    assert spool.take_sealed() == []


def test_many_threads_lose_and_tear_no_line(tmp_path: Path) -> None:
    spool = a_spool(tmp_path)
    threads = [Thread(target=lambda n=n: [spool.append(lines(1, n * 1_000 + i)) for i in range(500)]) for n in range(8)]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(everything_in(tmp_path).splitlines(keepends=True)) == sorted(
        line for n in range(8) for line in lines(500, n * 1_000)
    )


def test_what_a_full_disk_cannot_take_is_counted_and_the_alarm_rings(tmp_path: Path) -> None:
    spool = a_spool(tmp_path)
    line = b"x" * 99 + b"\n"

    with small_files():
        kept = [spool.append([line]) for _ in range(15)]

    assert kept == [True] * 10 + [False] * 5
    assert (spool.kept, spool.lost) == (10, 5)
    assert "cannot write to the spool" in spool.alarm


def test_a_write_that_fits_in_part_leaves_no_torn_line(tmp_path: Path) -> None:
    spool = a_spool(tmp_path)
    spool.append([b"x" * 899 + b"\n"])

    with small_files():
        assert not spool.append([b"y" * 199 + b"\n"])

    assert everything_in(tmp_path) == b"x" * 899 + b"\n"


def test_when_there_is_room_again_the_alarm_stops_and_the_count_stays(tmp_path: Path) -> None:
    spool = a_spool(tmp_path)
    with small_files():
        spool.append([b"x" * 1_500 + b"\n"])

    assert spool.append([b"short\n"])

    assert (spool.alarm, spool.lost, spool.kept) == ("", 1, 1)


def test_a_spool_over_its_limit_refuses_and_says_why(tmp_path: Path) -> None:
    spool = a_spool(tmp_path)
    spool.refuse("the spool has reached its limit")

    assert not spool.append(lines(3))
    assert (spool.lost, spool.alarm) == (3, "the spool has reached its limit")

    spool.refuse("")
    assert spool.append(lines(1))


def test_the_leftovers_of_a_dead_worker_are_adopted_oldest_first(tmp_path: Path) -> None:
    dead = a_spool(tmp_path / "dead")
    dead.append(lines(1))
    dead.seal()
    dead.append(lines(1, 1))
    (tmp_path / "mine").mkdir()

    adopted = list(adopt(tmp_path / "dead", tmp_path / "mine"))

    assert [segment.path.read_bytes() for segment in adopted] == [b"line 0\n", b"line 1\n"]
    assert everything_in(tmp_path / "dead") == b""
    assert segments_in(tmp_path / "mine") == adopted


def test_adopting_twice_adopts_once(tmp_path: Path) -> None:
    dead = a_spool(tmp_path / "dead")
    dead.append(lines(1))
    (tmp_path / "mine").mkdir()

    assert len(list(adopt(tmp_path / "dead", tmp_path / "mine"))) == 1
    assert list(adopt(tmp_path / "dead", tmp_path / "mine")) == []


def test_a_segment_keeps_its_id_through_sealing_and_adoption(tmp_path: Path) -> None:
    dead = a_spool(tmp_path / "dead")
    dead.append(lines(1))
    (open_file,) = (tmp_path / "dead").glob("*.open")
    (tmp_path / "mine").mkdir()

    (adopted,) = adopt(tmp_path / "dead", tmp_path / "mine")

    assert adopted.id == open_file.stem


def test_a_folder_that_went_away_loses_lines_loudly_and_raises_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "gone"
    spool = a_spool(folder)
    os.rmdir(folder)

    assert not spool.append(lines(2))
    assert spool.lost == 2
    assert spool.alarm

"""One `up` per directory; others find it, and can end it."""

import os
import subprocess
from pathlib import Path

import pytest

from stack import running
from stack.trouble import Trouble
from tests.stack.conftest import StartProgram, first_line

HOLD = """
import sys, time
from pathlib import Path
from stack import running
with running.only_one(Path(sys.argv[1])):
    print("holding", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def first(tmp_path: Path, start_program: StartProgram) -> "subprocess.Popen[str]":
    """Another process that holds the directory."""
    process = start_program(HOLD, tmp_path)
    assert first_line(process) == "holding\n"
    return process


def test_a_second_one_is_refused_with_the_pid_of_the_first(tmp_path: Path, first: "subprocess.Popen[str]") -> None:
    with pytest.raises(Trouble, match=rf"in use by pid {first.pid}.*\./dev down"), running.only_one(tmp_path):
        pass


def test_after_kill_9_the_directory_is_free_again(tmp_path: Path, first: "subprocess.Popen[str]") -> None:
    first.kill()
    first.wait()

    with running.only_one(tmp_path):
        holder = running.holder(tmp_path)

    assert holder
    assert holder.pid == os.getpid()


def test_ending_waits_until_the_holder_has_gone(tmp_path: Path, first: "subprocess.Popen[str]") -> None:
    ended = running.end(directory=tmp_path)

    assert ended
    assert first.wait(timeout=5) != 0


def test_ending_nothing_says_so(tmp_path: Path) -> None:
    assert not running.end(directory=tmp_path)


def test_what_is_published_is_found_while_it_runs_and_readable_by_its_owner_only(tmp_path: Path) -> None:
    with running.only_one(tmp_path):
        running.publish({"REDIS_URL": "redis://here"}, tmp_path)
        meanwhile = running.published(tmp_path)
        mode = (tmp_path / running.STATE).stat().st_mode & 0o777

    assert meanwhile == {"REDIS_URL": "redis://here"}
    assert mode == 0o600
    assert running.published(tmp_path) is None


def test_what_a_killed_one_published_is_not_believed(tmp_path: Path, first: "subprocess.Popen[str]") -> None:
    running.publish({"REDIS_URL": "redis://gone"}, tmp_path)
    first.kill()
    first.wait()

    with running.only_one(tmp_path):
        assert running.published(tmp_path) is None

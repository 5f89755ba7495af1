"""What children log is shown with their names in front."""

from pathlib import Path

import pytest

from stack.child import Child
from stack.logs import Follower


def a_child(folder: Path, name: str) -> Child:
    return Child(name, ["true"], log=folder / f"{name}.log", pid_file=folder / f"{name}.pid")


def append(child: Child, words: str) -> None:
    with child.log.open("a") as log:
        log.write(words)


def test_only_what_comes_after_is_shown_each_line_with_its_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pages, redis = a_child(tmp_path, "pages"), a_child(tmp_path, "redis-x")
    append(pages, "before\n")
    follower = Follower([pages, redis])

    append(pages, "one\ntwo\n")
    append(redis, "three\n")
    follower.show()

    assert capsys.readouterr().out == "  pages | one\n  pages | two\nredis-x | three\n"


def test_an_unfinished_line_waits_for_its_end(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    child = a_child(tmp_path, "pages")
    follower = Follower([child])

    append(child, "half ")
    follower.show()
    append(child, "whole\n")
    follower.show()

    assert capsys.readouterr().out == "pages | half whole\n"


def test_a_log_that_was_put_aside_is_followed_from_its_new_beginning(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    child = a_child(tmp_path, "pages")
    append(child, "a long line of the old log\n")
    follower = Follower([child])

    child.log.write_text("new\n")
    follower.show()

    assert capsys.readouterr().out == "pages | new\n"

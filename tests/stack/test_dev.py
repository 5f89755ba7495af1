"""./dev itself, as a person types it."""

import os
import socket
import subprocess
from pathlib import Path

import pytest

from stack.places import ROOT

COMMANDS = ("up", "down", "test", "lint", "bench", "manage", "doctor")


def dev(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | variables
    return subprocess.run(["./dev", *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120)


@pytest.mark.parametrize("command", COMMANDS)
def test_help_explains_every_command(command: str) -> None:
    assert f"./dev {command} " in dev("help").stdout


def test_it_works_from_any_directory(tmp_path: Path) -> None:
    done = subprocess.run([ROOT / "dev", "help"], cwd=tmp_path, capture_output=True, text=True)

    assert done.returncode == 0


def test_an_unknown_command_is_answered_with_the_help() -> None:
    done = dev("fly")

    assert done.returncode == 2
    assert "knows no 'fly'" in done.stderr
    assert "./dev up" in done.stderr


def test_without_a_python_it_says_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "dirname").symlink_to("/usr/bin/dirname")

    done = subprocess.run(
        ["/bin/sh", "./dev", "up"], cwd=ROOT, env={"PATH": str(tmp_path)}, capture_output=True, text=True
    )

    assert done.returncode == 1
    assert "apt-get install python3" in done.stderr


def test_up_names_the_taken_port_and_leaves_nothing_running(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = str(server.getsockname()[1])
        done = dev("up", TRELLIS_PAGES_PORT=port, TRELLIS_DATA_DIR=str(tmp_path))

    assert done.returncode == 1
    assert f"port {port}, wanted for pages, is taken by" in done.stderr
    assert f"pid {os.getpid()}" in done.stderr
    assert not list(tmp_path.rglob("*.pid"))


def test_up_in_the_background_fails_with_the_same_words(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = str(server.getsockname()[1])
        done = dev("up", "-d", TRELLIS_PAGES_PORT=port, TRELLIS_DATA_DIR=str(tmp_path))

    assert done.returncode == 1
    assert f"port {port}, wanted for pages, is taken by" in done.stderr


def test_down_with_nothing_running_is_no_error(tmp_path: Path) -> None:
    done = dev("down", TRELLIS_DATA_DIR=str(tmp_path))

    assert done.returncode == 0
    assert "nothing was running" in done.stderr


@pytest.mark.parametrize(("command", "words"), [("bench", "which one?"), ("down", "takes no argument")])
def test_wrong_arguments_are_told(command: str, words: str, tmp_path: Path) -> None:
    arguments = ["now"] if command == "down" else []

    done = dev(command, *arguments, TRELLIS_DATA_DIR=str(tmp_path))

    assert done.returncode == 1
    assert words in done.stderr

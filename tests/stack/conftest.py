"""One running stack for all tests of this folder; a test that stops a service starts it again."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from stack.places import ROOT
from stack.services import Stack

StartProgram = Callable[[str, Path], "subprocess.Popen[str]"]


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with Stack(tmp_path_factory.mktemp("stack")) as running:
        yield running


@pytest.fixture
def start_program() -> Iterator[StartProgram]:
    """Runs Python source with a folder as its argument; what is still running at the end of the test is ended."""
    started: list[subprocess.Popen[str]] = []

    def start(source: str, folder: Path) -> "subprocess.Popen[str]":
        command = [sys.executable, "-c", source, str(folder)]
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def first_line(process: "subprocess.Popen[str]") -> str:
    assert process.stdout
    return process.stdout.readline()

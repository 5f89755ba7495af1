"""What ./dev does once everything is set up: `python -m stack.commands COMMAND …`."""

import argparse
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import psutil

from stack import program, running
from stack.addresses import GIVEN_BY, wanted_ports
from stack.environment import development, read_env_file
from stack.places import DATA, ROOT
from stack.services import Stack
from stack.supervisor import stop_signals
from stack.trouble import Trouble
from stack.up import development_environment, development_stack, down, migrate, refuse_taken_ports, up

LINT = (
    ("ruff", "check", "."),
    ("ruff", "format", "--check", "."),
    ("mypy",),
    ("manage.py", "check"),
    ("manage.py", "makemigrations", "--check", "--dry-run"),
    ("stack.templates",),
    ("stack.audit",),
)
# Benchmarks that may find their stores as a run before left them.
KEEPING = ("queries", "retroactive")
ALLOWED_HOSTS = "localhost,127.0.0.1,testserver,.localhost"


def test(arguments: Sequence[str]) -> int:
    """All tests, on services of their own: neither a running `up` nor another test run is disturbed."""
    with throw_away_stack("test", durable=False) as stack:
        fixed = development(stack.directory) | stack.urls() | {"DEBUG": "false", "ALLOWED_HOSTS": ALLOWED_HOSTS}
        return program.python(["-m", "pytest", *arguments], fixed)


def bench(arguments: Sequence[str]) -> int:
    """One benchmark on durable, migrated services; DEBUG is off, as it would be in production.

    The services are fresh ones and gone afterwards, unless `--keep DIR` names a directory to find them in again.
    """
    if not arguments or arguments[0].startswith("-"):
        raise Trouble("which one? ./dev bench NAME [--json FILE]")
    directory, rest = _kept(arguments)
    services: AbstractContextManager[Stack] = (
        Stack(directory, given=os.environ, durable=True) if directory else throw_away_stack("bench", durable=True)
    )
    with services as stack:
        environment = stack.environment() | {"DEBUG": "false"}
        migrate(environment)
        return program.python(["-m", "bench", *rest], environment)


def manage(arguments: Sequence[str]) -> int:
    """manage.py with the services of the running `up`, else with the same ones, started for the time being."""
    environment = running.published()
    if environment is not None:
        return program.manage(arguments, environment)
    with running.only_one():
        stack = development_stack()
        for service in stack.services:
            service.child.end_leftover()
        refuse_taken_ports([name for name in wanted_ports() if name in GIVEN_BY])
        with stack:
            return program.manage(arguments, development_environment(stack))


def lint(arguments: Sequence[str]) -> int:
    """Every check, also after one has failed; 1 when any did."""
    if arguments:
        raise Trouble("lint takes no argument")
    with throw_away_stack("lint", durable=False) as stack:
        environment = development(stack.directory) | stack.urls()
        failed = [" ".join(step) for step in LINT if not _passes(step, environment)]
    for step in failed:
        print(f"· failed: {step}", file=sys.stderr)
    return 1 if failed else 0


def _kept(arguments: Sequence[str]) -> tuple[Path | None, list[str]]:
    """The directory of `--keep`, if any, and the arguments without it."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--keep", type=Path)
    found, rest = parser.parse_known_args(arguments)
    if found.keep and rest[0] not in KEEPING:
        raise Trouble(f"--keep is for {' and '.join(KEEPING)}: the others count what they find")
    return found.keep, rest


def _passes(step: Sequence[str], environment: dict[str, str]) -> bool:
    print(f"· {' '.join(step)}", file=sys.stderr, flush=True)
    as_module = [] if step[0] == "manage.py" else ["-m"]
    return program.python([*as_module, *step], environment) == 0


@contextmanager
def throw_away_stack(purpose: str, *, durable: bool) -> Iterator[Stack]:
    """Services in .data/<purpose>-<pid>, gone afterwards; leftovers of runs that were killed go too."""
    for old in DATA.glob(f"{purpose}-*"):
        if not psutil.pid_exists(int(old.name.rpartition("-")[2])):
            shutil.rmtree(old, ignore_errors=True)
    directory = DATA / f"{purpose}-{os.getpid()}"
    try:
        with Stack(directory, given=os.environ, durable=durable) as stack:
            yield stack
    finally:
        shutil.rmtree(directory, ignore_errors=True)


COMMANDS: dict[str, Callable[[Sequence[str]], int]] = {
    "up": up,
    "down": down,
    "test": test,
    "lint": lint,
    "bench": bench,
    "manage": manage,
}


def main(arguments: Sequence[str]) -> int:
    os.environ.update({key: value for key, value in read_env_file(ROOT / ".env").items() if key not in os.environ})
    name, *rest = arguments
    try:
        with stop_signals():
            return COMMANDS[name](rest)
    except Trouble as trouble:
        print(f"./dev {name}: {trouble}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

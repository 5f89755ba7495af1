"""What ./dev does once everything is set up: `python -m stack.commands COMMAND …`."""

import os
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

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
)
ALLOWED_HOSTS = "localhost,127.0.0.1,testserver,.localhost"


def test(arguments: Sequence[str]) -> int:
    """All tests, on services of their own: neither a running `up` nor another test run is disturbed."""
    with throw_away_stack("test", durable=False) as stack:
        fixed = development(stack.directory) | stack.urls() | {"DEBUG": "false", "ALLOWED_HOSTS": ALLOWED_HOSTS}
        return program.python(["-m", "pytest", *arguments], fixed)


def bench(arguments: Sequence[str]) -> int:
    """One benchmark on fresh, durable, migrated services; DEBUG is off, as it would be in production."""
    if not arguments or arguments[0].startswith("-"):
        raise Trouble("which one? ./dev bench NAME [--json FILE]")
    with throw_away_stack("bench", durable=True) as stack:
        environment = stack.environment() | {"DEBUG": "false"}
        migrate(environment)
        return program.python(["-m", "bench", *arguments], environment)


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

"""The door of ./dev: standard library only, because it runs before there is a .venv."""

import os
import sys

from stack import doctor, setup
from stack.places import PYTHON, ROOT
from stack.trouble import Trouble

HELP = """\
./dev up [-d]            set-up, services, migrations, demo data on first run, pages on :8000, ingress on :8001
                         (-d: in the background, returns when both answer)
./dev down               stops what `up -d` started, and waits for it
./dev test [ARGS]        set-up, throw-away services, all tests; the arguments go to pytest
./dev lint               ruff, mypy, missing migrations, template and settings checks, audit
./dev bench NAME [ARGS]  figures and ratios of one benchmark; --json FILE keeps them
./dev manage ARGS        manage.py with the services of the running stack, or its own for the time being
./dev doctor             what is missing here, and how to mend it
./dev help               this page

Settings come from the environment and from .env; .env.example lists them all.
"""
COMMANDS = ("up", "down", "test", "lint", "bench", "manage")


def main(arguments: list[str]) -> int:
    command = arguments[0] if arguments else "help"
    if command in ("help", "-h", "--help"):
        print(HELP, end="")
        return 0
    if command == "doctor":
        return doctor.examine()
    if command not in COMMANDS:
        print(f"./dev knows no {command!r}.\n\n{HELP}", end="", file=sys.stderr)
        return 2
    return _set_up_and_run(arguments)


def _set_up_and_run(arguments: list[str]) -> int:
    try:
        setup.ensure()
    except Trouble as trouble:
        print(f"./dev {arguments[0]}: {trouble}", file=sys.stderr)
        return 1
    os.chdir(ROOT)
    return os.execv(PYTHON, [str(PYTHON), "-m", "stack.commands", *arguments])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

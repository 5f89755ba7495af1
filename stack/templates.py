"""Compiles every template: a misspelt tag or filter is found before a visitor finds it. `python -m stack.templates`."""

import os
import sys

import django
from django.template import TemplateSyntaxError
from django.template.loader import get_template

from stack.places import ROOT


def broken() -> list[str]:
    """One line for each template of ours that does not compile."""
    found = []
    for path in sorted((ROOT / "templates").rglob("*")):
        if path.is_file():
            name = str(path.relative_to(ROOT / "templates"))
            try:
                get_template(name)
            except TemplateSyntaxError as error:
                found.append(f"templates/{name}: {error}")
    return found


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trellis.settings")
    django.setup()
    lines = broken()
    for line in lines:
        print(line, file=sys.stderr)
    sys.exit(1 if lines else 0)

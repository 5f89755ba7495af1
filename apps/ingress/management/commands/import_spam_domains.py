"""`manage.py import_spam_domains`: a published list of domains of referrer spam, into the table of referrers and out of it."""

import sys
from argparse import ArgumentParser
from collections.abc import Iterable
from io import TextIOWrapper
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.ingress.spam_lists import Refused, import_domains, read_list, remove_domains

SHOWN = 20
BY = "import_spam_domains"


class Command(BaseCommand):
    help = "Takes a list of domains of referrer spam, one a line, into the table of referrers. Rows of staff stay."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="the list; - reads standard input")
        parser.add_argument("--remove", action="store_true", help="take these domains back out")

    def handle(self, *args: Any, **options: Any) -> None:
        listed = read_list(_lines(options["file"]))
        self._show(listed.refused)
        if not listed.domains:
            raise CommandError("There is no domain in this list. Nothing was changed.")
        if options["remove"]:
            removed = remove_domains(listed.domains, by=BY)
            self.stdout.write(f"{removed:,} removed, {len(listed.domains) - removed:,} were not from a list.")
            return
        done = import_domains(listed.domains, by=BY)
        for domain in done.contradicted[:SHOWN]:
            self.stderr.write(f"{domain}: the table knows it as no spam, so it stays that.")
        refused = len(listed.refused) + len(done.contradicted)
        self.stdout.write(f"{done.added:,} added, {done.known:,} known already, {refused:,} refused.")

    def _show(self, refused: tuple[Refused, ...]) -> None:
        for line, text in refused[:SHOWN]:
            self.stderr.write(f"line {line}: {text[:80]!r} is no domain.")
        if len(refused) > SHOWN:
            self.stderr.write(f"and {len(refused) - SHOWN:,} lines more.")


def _lines(name: str) -> Iterable[str]:
    """Lists are UTF-8; what is not is shown as it cannot be read, and refused."""
    if name == "-":
        return TextIOWrapper(sys.stdin.buffer, encoding="utf-8", errors="replace").readlines()
    try:
        return Path(name).read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError as error:
        raise CommandError(f"{name} cannot be read: {error.strerror}.") from error

"""`manage.py dead_letters list|replay|discard`: lines that could not become events, settled from the command line.

Exit code 3 says that everything was tried and some still cannot be stored.
"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import QuerySet
from django.utils import timezone

from apps.ingress.dead_letters import discard, replay
from apps.ingress.imports import NotStored
from apps.ingress.line_words import readable
from apps.ingress.models import DeadLetter
from apps.ingress.owners import UnknownOrganization, names_of, owner_named
from apps.ingress.warehouse.errors import WarehouseUnavailable

LISTED = 50
LINE_CHARS = 100
BATCH = 500
STILL_BAD = 3


class Command(BaseCommand):
    help = "Lines that could not become events: see them, send them through the door again, or give them up."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True, metavar="list|replay|discard")
        listing = verbs.add_parser("list", help="the newest waiting letters")
        _add_choice(listing)
        listing.add_argument("--limit", type=int, default=LISTED, metavar="N", help=f"how many; default {LISTED}")
        for verb, words in (
            ("replay", "store them if that is possible now"),
            ("discard", "give them up; bytes are kept"),
        ):
            parser_of_verb = verbs.add_parser(verb, help=f"{words}; needs --id, --organization or --all")
            _add_choice(parser_of_verb)
            parser_of_verb.add_argument("--all", action="store_true", help="every waiting letter")

    def handle(self, *args: Any, **options: Any) -> None:
        letters = _chosen(options)
        if options["verb"] == "list":
            self._list(letters, options["limit"])
            return
        if not (options["all"] or options["id"] or options["organization"]):
            raise CommandError(f"Which? Give --id, --organization or --all to {options['verb']}.")
        if options["verb"] == "replay":
            self._replay(letters)
        else:
            self.stdout.write(f"{discard(letters.iterator(BATCH), timezone.now()):,} discarded.")

    def _list(self, letters: QuerySet[DeadLetter], limit: int) -> None:
        shown = list(letters[:limit])
        names = names_of(letter.organization_id for letter in shown)
        for letter in shown:
            owner = names.get(letter.organization_id, "no known organization")
            self.stdout.write(
                f"{letter.pk}  {letter.created_at:%Y-%m-%d %H:%M}  {owner}  {letter.get_source_display()}"
            )
            self.stdout.write(f"    {letter.reason}")
            self.stdout.write(f"    {readable(bytes(letter.line), LINE_CHARS)}")
        self.stdout.write(f"{letters.count():,} waiting, {len(shown):,} shown.")

    def _replay(self, letters: QuerySet[DeadLetter]) -> None:
        try:
            outcome = replay(letters.iterator(BATCH), timezone.now)
        except (WarehouseUnavailable, NotStored) as error:
            raise CommandError(f"{error}\nWhat was not replayed still waits; run it again.") from error
        self.stdout.write(f"{outcome.replayed:,} replayed, {outcome.still_bad:,} still cannot be stored.")
        if outcome.still_bad:
            raise CommandError("Some wait on, with the newer reason: dead_letters list.", returncode=STILL_BAD)


def _add_choice(parser: ArgumentParser) -> None:
    parser.add_argument("--organization", default="", metavar="KEY", help="only those of this organization")
    parser.add_argument("--id", type=int, action="append", default=[], metavar="ID", help="this one; may be repeated")


def _chosen(options: dict[str, Any]) -> QuerySet[DeadLetter]:
    letters = DeadLetter.objects.filter(status=DeadLetter.Status.WAITING)
    if options["organization"]:
        try:
            letters = letters.filter(organization_id=owner_named(options["organization"]).organization_id)
        except UnknownOrganization as error:
            raise CommandError(str(error)) from error
    if not options["id"]:
        return letters
    known = set(letters.filter(pk__in=options["id"]).values_list("pk", flat=True))
    if unknown := sorted(set(options["id"]) - known):
        raise CommandError(f"Not waiting, or not there: {', '.join(map(str, unknown))}.")
    return letters.filter(pk__in=options["id"])

"""`manage.py import_access_log FILE --organization KEY`: see docs/importing.md."""

import gc
from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import tzinfo
from itertools import chain
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from apps.ingress.access_log import Format
from apps.ingress.access_log_event import Import
from apps.ingress.access_log_file import Line, LogFile, Unreadable
from apps.ingress.access_log_formats import reader_for, reads_any, recognised
from apps.ingress.import_words import closing, refusal_of_format, welcome
from apps.ingress.imports import CHUNK_LINES, NotStored, Report, bring
from apps.ingress.owners import Owner, UnknownOrganization, owner_named
from apps.ingress.progress import Progress
from apps.ingress.warehouse.errors import WarehouseUnavailable

AUTO = "auto"


class Command(BaseCommand):
    help = "Bring a web server's access log into an organization. Importing twice stores once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="log file, also .gz, .bz2 or .xz; - reads standard input")
        parser.add_argument(
            "--organization", required=True, metavar="KEY", help="key of the organization it belongs to"
        )
        parser.add_argument("--format", default=AUTO, choices=[AUTO, *Format], help="auto: recognised (default)")
        parser.add_argument("--time-zone", default="UTC", metavar="ZONE", help="of times that name none; default UTC")
        parser.add_argument("--host", default="", help="host name of the site, when the log does not say")
        parser.add_argument("--scheme", default="http", choices=["http", "https"], help="default http")
        parser.add_argument(
            "--retention-days",
            type=int,
            default=0,
            metavar="N",
            help="delete these events when they are older than N days; default 0, keep for ever",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        zone = _zone(options["time_zone"])
        try:
            owner = owner_named(options["organization"])
            log = LogFile.open(options["file"])
        except (UnknownOrganization, Unreadable) as error:
            raise CommandError(str(error)) from error
        try:
            self._import(log, owner, zone, options)
        finally:
            log.close()

    def _import(self, log: LogFile, owner: Owner, zone: tzinfo, options: dict[str, Any]) -> None:
        chunks = log.chunks(CHUNK_LINES)
        first = self._first(chunks)
        format = _format(options["format"], [line.raw for line in first], zone)
        source = Import(
            owner.organization_id,
            reader_for(format, zone),
            options["host"],
            options["scheme"],
            max(options["retention_days"], 0),
        )
        self.stdout.write(welcome(log.name, owner, source, format))
        report = self._bring(log, source, chain([first], chunks))
        self.stdout.write(closing(report, owner))

    def _first(self, chunks: Iterator[list[Line]]) -> list[Line]:
        try:
            return next(chunks, [])
        except Unreadable as error:
            raise CommandError(str(error)) from error

    def _bring(self, log: LogFile, source: Import, chunks: Iterator[list[Line]]) -> Report:
        progress = Progress("lines")
        report = Report()
        gc.freeze()  # what Django made at start-up stays; looking through it again and again took a fifth of the time
        try:
            for report in bring(source, chunks, timezone.now):
                progress.show(report.read, log.position_bytes / log.total_bytes if log.total_bytes else None)
        except (WarehouseUnavailable, NotStored, Unreadable) as error:
            raise CommandError(
                f"Stopped after {report.read:,} lines: {error}\n"
                "What was read until then is stored. Run the same command again: nothing is stored twice."
            ) from error
        finally:
            gc.unfreeze()
            progress.clear()
        return report


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise CommandError(f"{name!r} is no time zone; use a name like Europe/Berlin.") from error


def _format(wanted: str, lines: list[bytes], zone: tzinfo) -> Format:
    """The format asked for, or the one recognised. Refuses before anything is stored when it reads nothing."""
    found = recognised(lines, zone)
    format = found if wanted == AUTO else Format(wanted)
    if any(line.strip() for line in lines) and (format is None or not reads_any(format, lines, zone)):
        raise CommandError(refusal_of_format(wanted, found, lines))
    return format or Format.COMBINED

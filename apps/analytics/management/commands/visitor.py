"""`manage.py visitor`: what is stored of one visitor, handed over or erased."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from apps.analytics import erasures
from apps.analytics.visitor_data import UnknownVisitor, json_lines, visitor_named
from apps.ingress.owners import UnknownOrganization, owner_named
from apps.ingress.warehouse.errors import WarehouseUnavailable


class Command(BaseCommand):
    help = "Export all that is stored of a visitor as JSON lines, or erase what identifies them. Counts stay."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("deed", choices=["export", "erase"])
        parser.add_argument("id", help="a visitor id, a click id, or a visitor's number")
        parser.add_argument("--organization", required=True, metavar="KEY")
        parser.add_argument("--by", default="a command", help="who wanted it, for the record of an erasure")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            organization_id = owner_named(options["organization"]).organization_id
            visitor_id = visitor_named(organization_id, options["id"])
            if options["deed"] == "export":
                for line in json_lines(organization_id, visitor_id):
                    self.stdout.write(line, ending="")
            else:
                self.stderr.write("This takes three minutes, for what is on its way now.")
                erasure = erasures.run_here(organization_id, visitor_id, timezone.now(), by=options["by"])
                self.stdout.write(erasures.words(erasure))
        except (UnknownOrganization, UnknownVisitor) as error:
            raise CommandError(str(error)) from error
        except WarehouseUnavailable as error:
            raise CommandError(f"{error}\nRun it again: what is done already is not done twice.") from error

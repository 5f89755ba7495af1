"""The tables of enrichment as this version of Trellis has them, keeping what staff changed."""

from typing import Any

from django.core.management import BaseCommand

from apps.ingress.refresh import refresh_tables


class Command(BaseCommand):
    help = "Brings the tables of enrichment up to this version of Trellis. Rows that staff changed or added stay."

    def handle(self, *args: Any, **options: Any) -> None:
        for name, done in refresh_tables(by="refresh_tables").items():
            self.stdout.write(
                f"{name}: {done.added:,} added, {done.updated:,} updated, {done.removed:,} removed, {done.kept:,} kept"
            )

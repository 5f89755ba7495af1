"""`manage.py ledger_check`: proves the laws of the attribution ledger on all that is stored."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.accounts.models import Organization
from apps.attribution.ledger.checking import LAWS, violations
from apps.ingress.warehouse.errors import QuestionTooLarge, WarehouseUnavailable


class Command(BaseCommand):
    help = (
        "Prove the laws of the attribution ledger, of one organization or of all. Ends with 1 where one does not hold."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--organization", default="", metavar="KEY", help="of one organization only")

    def handle(self, *args: Any, **options: Any) -> None:
        organizations = Organization.objects.order_by("key")
        if key := options["organization"]:
            organizations = organizations.filter(key=key)
            if not organizations:
                raise CommandError(f"There is no organization {key!r}.")
        try:
            wrong = sum(self._check(organization) for organization in organizations)
        except (WarehouseUnavailable, QuestionTooLarge) as error:
            raise CommandError(f"ClickHouse could not say: {error}") from error
        if wrong:
            raise CommandError(f"{wrong} of the laws above do not hold.")

    def _check(self, organization: Organization) -> int:
        found = violations(organization.pk)
        for violation in found:
            self.stdout.write(f"{organization.key}: {violation}")
        if not found:
            self.stdout.write(f"{organization.key}: all {len(LAWS)} laws hold.")
        return len(found)

"""`manage.py demo`: an organization to look around in, with ninety days of made-up clicks."""

import gc
import secrets
import time
from argparse import ArgumentParser
from contextlib import suppress
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from redis import RedisError

from apps.accounts.models import Organization
from apps.analytics.demo.earning import book, earn
from apps.analytics.demo.filling import fill, filled, is_complete
from apps.analytics.demo.organization import KEY, OWNER_EMAIL, VIEWER_EMAIL, NotOurs, found
from apps.analytics.demo.spending import spend
from apps.campaigns.publish import publish_everything
from apps.ingress.progress import Progress
from apps.ingress.warehouse.errors import QuestionTooLarge, WarehouseUnavailable
from apps.ingress.warehouse.writer import BlockRefused

EVENTS = 200_000
# The first `./dev up` waits for the clicks; what they are worth may come in while one looks around.
BOOKING_LIMIT = timedelta(seconds=15)
# Everybody knows it: good on one's own machine only.
DEBUG_PASSWORD = "trellis-demo"  # noqa: S105


class Command(BaseCommand):
    help = "Make the demo organization with 90 days of generated clicks. Again, it adds nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--events", type=int, default=EVENTS, metavar="N", help=f"how many; default {EVENTS:,}")
        parser.add_argument("--if-empty", action="store_true", help="say nothing when it is there already")
        parser.add_argument(
            "--password", default="", help=f"of the demo people; default {DEBUG_PASSWORD} with DEBUG, else a random one"
        )
        parser.add_argument("--staff", action="store_true", help="the demo owner may use the admin; always with DEBUG")

    def handle(self, *args: Any, **options: Any) -> None:
        new = not Organization.objects.filter(key=KEY).exists()
        password = options["password"] or (DEBUG_PASSWORD if settings.DEBUG else secrets.token_urlsafe(12))
        try:
            organization = found(timezone.now(), password=password, staff=settings.DEBUG or options["staff"])
            with suppress(RedisError):  # then the beat does it, as soon as Redis is there
                publish_everything()  # a new Redis takes no link before it has them all
            complete = is_complete(organization)
            if not complete:
                self._fill(organization, max(options["events"], 1))
            earned = self._earn(organization)
            if complete and not earned:
                if not options["if_empty"]:
                    self._say_that_it_is_there(organization)
                return
        except (NotOurs, WarehouseUnavailable, QuestionTooLarge, BlockRefused) as error:
            raise CommandError(f"{error}\nRun it again: what is stored already is not stored twice.") from error
        self._say_where(password if new else "")

    def _fill(self, organization: Organization, events: int) -> None:
        progress = Progress("clicks")
        began = time.monotonic()
        gc.disable()  # a third of the time went into looking for garbage among events, which make none (2026-11-22)
        try:
            for done in fill(organization, events):
                progress.show(done, done / events)
        finally:
            gc.enable()
            progress.clear()
        seconds = time.monotonic() - began
        self.stdout.write(
            f"{events:,} generated clicks of 90 days, stored in {seconds:.1f} s as “{organization.name}”."
        )

    def _earn(self, organization: Organization) -> bool:
        """Whether there was anything to add."""
        postbacks, uploads = earn(organization), spend(organization, timezone.now())
        if postbacks:
            done = book(timezone.now(), BOOKING_LIMIT)
            rest = "booked" if done else "kept, and booked within minutes while workers run"
            self.stdout.write(f"{postbacks:,} generated postbacks, {rest}; {uploads} files of costs.")
        return bool(postbacks or uploads)

    def _say_that_it_is_there(self, organization: Organization) -> None:
        count = filled(organization).events
        self.stdout.write(
            f"The demo organization is there already, with {count:,} generated clicks. Nothing was added."
        )

    def _say_where(self, password: str) -> None:
        self.stdout.write(f"See it at {settings.TRELLIS_PAGES_URL}")
        if password:
            self.stdout.write(f"Sign in as {OWNER_EMAIL} (owner) or {VIEWER_EMAIL} (viewer), password {password}")

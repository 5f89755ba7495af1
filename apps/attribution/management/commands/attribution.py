"""`manage.py attribution`: preview and apply a campaign's rule over history, revert that, and say what was done."""

import json
from argparse import ArgumentParser
from datetime import UTC, date, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from apps.accounts.models import Organization
from apps.attribution.ledger import applying, reverting, running
from apps.attribution.ledger.applying import InForce, NoRule
from apps.attribution.ledger.orders import apply_now, revert_now
from apps.attribution.ledger.preview import preview
from apps.attribution.ledger.telling import history_words, preview_words
from apps.attribution.models import Edition, Policy, Run
from apps.campaigns.models import Campaign
from apps.ingress.models import Job
from apps.ingress.progress import Progress
from apps.ingress.rules import BadRule, parse
from apps.ingress.warehouse.errors import QuestionTooLarge, WarehouseUnavailable

PREVIEW_MAX_S = 120


class Command(BaseCommand):
    help = "Name clicks of the past for a campaign, take that back, and say what was done."

    def add_arguments(self, parser: ArgumentParser) -> None:
        deeds = parser.add_subparsers(dest="deed", required=True)
        for deed, words in (("preview", "count what applying would do"), ("apply", "name the clicks")):
            one = deeds.add_parser(deed, help=words)
            one.add_argument("campaign", help="its key")
            one.add_argument("--from", dest="start", required=True, type=_day, metavar="DAY", help="the first, in UTC")
            one.add_argument("--to", dest="end", required=True, type=_day, metavar="DAY", help="the day after the last")
            one.add_argument("--policy", choices=Policy.values, default=Policy.FILL.value)
            one.add_argument("--rule", metavar="JSON", help="instead of the membership that is published")
        one.add_argument("--live", action="store_true", help="also name new clicks, until this is reverted")
        revert = deeds.add_parser("revert", help="take back what an edition changed")
        revert.add_argument("organization", help="its key")
        revert.add_argument("edition", type=int)
        revert.add_argument("--dry-run", action="store_true", help="only count what it would do")
        for writing in (one, revert):
            writing.add_argument("--note", default="", help="why, for the history")
            writing.add_argument("--job", action="store_true", help="have workers do it")
        history = deeds.add_parser("history", help="all runs of an organization, the newest first")
        history.add_argument("organization", help="its key")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            {"preview": self._preview, "apply": self._apply, "revert": self._revert, "history": self._history}[
                options["deed"]
            ](options)
        except (WarehouseUnavailable, QuestionTooLarge) as error:
            raise CommandError(f"ClickHouse did not answer: {error}\nNothing changed. Run it again.") from error

    def _preview(self, options: dict[str, Any]) -> None:
        campaign, named = _asked(options)
        span = options["start"], options["end"]
        order = apply_now(campaign, named.rule, *span, policy=Policy(options["policy"]), now=timezone.now())
        self._say(preview_words(preview(order, max_execution_s=PREVIEW_MAX_S), campaign.organization.currency))

    def _apply(self, options: dict[str, Any]) -> None:
        campaign, named = _asked(options)
        span = options["start"], options["end"]
        policy = Policy(options["policy"])
        self._do(
            applying.plan(
                campaign,
                named,
                *span,
                policy=policy,
                now=timezone.now(),
                note=options["note"],
                goes_live=options["live"],
            ),
            options,
        )

    def _revert(self, options: dict[str, Any]) -> None:
        organization = _organization(options["organization"])
        edition = Edition.objects.filter(organization=organization, number=options["edition"]).first()
        if edition is None:
            raise CommandError(f"{organization.name} has no edition {options['edition']}.")
        if edition.run is None:
            raise CommandError(f"Edition {edition.number} is of no run: change or pause the campaign instead.")
        if options["dry_run"]:
            found = preview(revert_now(edition.run), max_execution_s=PREVIEW_MAX_S)
            self._say(preview_words(found, organization.currency))
        else:
            self._do(reverting.plan(edition.run, now=timezone.now(), note=options["note"]), options)

    def _history(self, options: dict[str, Any]) -> None:
        runs = Run.objects.filter(organization=_organization(options["organization"]))
        self._say(history_words(runs.select_related("campaign", "reverts", "edition", "created_by")))

    def _do(self, run: Run, options: dict[str, Any]) -> None:
        if options["job"]:
            job = running.start(run)
            self.stdout.write(f"Job {job.pk} is on its way: see /jobs/{job.pk}.")
            return
        progress = Progress("days")

        def show(job: Job) -> None:
            progress.show(job.done, job.done / job.total if job.total else None)

        try:
            running.run_here(run, show)
        finally:
            progress.clear()
        run.refresh_from_db()
        self.stdout.write(f"Edition {run.number}: {run.edition.words}")
        if run.goes_live:
            self.stdout.write("New clicks are named as they come; what came meanwhile follows within seconds.")

    def _say(self, lines: list[str]) -> None:
        self.stdout.write("\n".join(lines))


def _asked(options: dict[str, Any]) -> tuple[Campaign, InForce]:
    if options["start"] >= options["end"]:
        raise CommandError("--from must be before --to.")
    campaign = Campaign.objects.select_related("organization", "version").filter(key=options["campaign"]).first()
    if campaign is None:
        raise CommandError(f"There is no campaign {options['campaign']!r}.")
    try:
        if options["rule"]:
            return campaign, InForce(parse(json.loads(options["rule"])))
        return campaign, applying.in_force(campaign)
    except (NoRule, BadRule, json.JSONDecodeError) as error:
        raise CommandError(str(error)) from error


def _organization(key: str) -> Organization:
    found = Organization.objects.filter(key=key).first()
    if found is None:
        raise CommandError(f"There is no organization {key!r}.")
    return found


def _day(text: str) -> datetime:
    try:
        return datetime.combine(date.fromisoformat(text), datetime.min.time(), UTC)
    except ValueError as error:
        raise CommandError(f"{text!r} is no day; write it like 2026-01-31.") from error

"""The nightly question whether labels are right, and its answers for staff."""

from datetime import date, datetime

from apps.attribution.live.validating import Checked, check
from apps.attribution.models import LabelCheck
from apps.ingress.models import LabelTable
from apps.ingress.warehouse.errors import QuestionTooLarge


def check_day(day: date, now: datetime) -> int:
    """Of every organization that has rules; returns how many labels disagree. Twice is once. Errors: WarehouseUnavailable."""
    organizations = LabelTable.objects.order_by("organization_id").values_list("organization_id", flat=True).distinct()
    return sum(_checked(organization_id, day, now).disagreements for organization_id in organizations)


def _checked(organization_id: int, day: date, now: datetime) -> LabelCheck:
    found, problem = Checked(), ""
    try:
        found = check(organization_id, day)
    except QuestionTooLarge as error:
        problem = f"There is too much to ask again at once: {error}"
    values = {
        "events": found.events,
        "read_again": found.read_again,
        "disagreements": found.disagreements,
        "examples": list(map(str, found.examples)),
        "problem": problem,
        "checked_at": now,
    }
    return LabelCheck.objects.update_or_create(organization_id=organization_id, day=day, defaults=values)[0]

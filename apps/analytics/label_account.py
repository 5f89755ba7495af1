"""What an event was called, as an account statement: each entry with who, which edition and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from apps.analytics.reports.label_entries import LabelEntry, label_entries
from apps.attribution.ledger import editions
from apps.attribution.ledger.telling import deed_words
from apps.attribution.models import Edition, Run
from apps.campaigns.models import Campaign
from apps.ingress.warehouse.reader import Warehouse


@dataclass(frozen=True)
class Line:
    """One entry. `edition` is None while nobody has made the one it names; `run` is None for a live label."""

    entry: LabelEntry
    name: str
    key: str
    edition: Edition | None
    run: Run | None

    @property
    def is_gain(self) -> bool:
        return self.entry.sign > 0

    @property
    def why(self) -> str:
        """The rule of a run in words; else what its edition says."""
        if self.run:
            return deed_words(self.run)
        if self.entry.run_id == 0 and self.is_gain:
            return f"It came while version {self.entry.rule_version} of the campaign's own conditions was in force."
        return self.edition.words if self.edition else ""

    @property
    def who(self) -> str:
        maker = self.edition.created_by if self.edition else None
        return (maker.name or maker.email) if maker else ""


@dataclass(frozen=True)
class Account:
    """`current` is the entry that gave the label of now; None when there is no campaign."""

    lines: Sequence[Line]
    current: Line | None


def account(warehouse: Warehouse, event_id: int, happened_at: datetime) -> Account:
    """The newest edition's statement, oldest entry first. Errors: those of Warehouse.rows. Cost: one question and three queries."""
    organization = warehouse.organization_id
    entries = label_entries(warehouse, event_id, happened_at, editions.newest(organization))
    campaigns = Campaign.objects.filter(organization_id=organization).only("pk", "name", "key")
    names = campaigns.in_bulk({each.campaign_id for each in entries})
    made = Edition.objects.filter(organization_id=organization, number__in={each.edition for each in entries})
    by_number = {each.number: each for each in made.select_related("created_by", "run__campaign", "run__reverts")}
    lines = [_line(each, names.get(each.campaign_id), by_number.get(each.edition)) for each in entries]
    return Account(lines, _current(lines))


def _line(entry: LabelEntry, campaign: Campaign | None, edition: Edition | None) -> Line:
    name = campaign.name if campaign else f"campaign {entry.campaign_id}"
    is_live = entry.sign > 0 and entry.run_id == 0
    run = None if edition is None or is_live else edition.run
    return Line(entry, name, campaign.key if campaign else "", edition, run)


def _current(lines: Sequence[Line]) -> Line | None:
    """The last gain of the label whose signs sum to 1."""
    sums: dict[tuple[int, int], int] = {}
    for line in lines:
        label = (line.entry.campaign_id, line.entry.run_id)
        sums[label] = sums.get(label, 0) + line.entry.sign
    stands = [line for line in lines if line.is_gain and sums[(line.entry.campaign_id, line.entry.run_id)] == 1]
    return stands[-1] if stands else None

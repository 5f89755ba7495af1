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
    """One entry. `edition` is None when the one it names is gone; `run` made it, or was in force when it came."""

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
        """By which rule, in words."""
        if self.entry.live and self.run:
            return f"As it came, by the rule of edition {self.run.number}: {self.run.words}."
        if self.entry.live:
            return f"As it came, by version {self.entry.rule_version} of the campaign."
        return deed_words(self.run) if self.run else ""

    @property
    def who(self) -> str:
        maker = self.edition.created_by if self.edition and not self.entry.live else None
        return (maker.name or maker.email) if maker else ""


@dataclass(frozen=True)
class Account:
    """`current` is the entry that gave the label of now; None when there is no campaign."""

    lines: Sequence[Line]
    current: Line | None


def account(warehouse: Warehouse, event_id: int, happened_at: datetime) -> Account:
    """The newest edition's statement, oldest entry first. Errors: those of Warehouse.rows. Cost: one question and four queries."""
    organization = warehouse.organization_id
    entries = label_entries(warehouse, event_id, happened_at, editions.newest(organization))
    campaigns = Campaign.objects.filter(organization_id=organization).only("pk", "name", "key")
    names = campaigns.in_bulk({each.campaign_id for each in entries})
    made = Edition.objects.filter(organization_id=organization, number__in={each.edition for each in entries})
    by_number = {each.number: each for each in made.select_related("created_by", "run__campaign", "run__reverts")}
    live = Run.objects.filter(organization_id=organization, pk__in={each.run_id for each in entries if each.live})
    by_rule = live.select_related("campaign", "reverts").in_bulk()
    lines = []
    for each in entries:
        edition = by_number.get(each.edition)
        run = by_rule.get(each.run_id) if each.live else edition.run if edition else None
        lines.append(_line(each, names.get(each.campaign_id), edition, run))
    return Account(lines, _current(lines))


def _line(entry: LabelEntry, campaign: Campaign | None, edition: Edition | None, run: Run | None) -> Line:
    name = campaign.name if campaign else f"campaign {entry.campaign_id}"
    return Line(entry, name, campaign.key if campaign else "", edition, run)


def _current(lines: Sequence[Line]) -> Line | None:
    """The last gain of the label whose signs sum to 1."""
    sums: dict[tuple[int, int], int] = {}
    for line in lines:
        label = (line.entry.campaign_id, line.entry.run_id)
        sums[label] = sums.get(label, 0) + line.entry.sign
    stands = [line for line in lines if line.is_gain and sums[(line.entry.campaign_id, line.entry.run_id)] == 1]
    return stands[-1] if stands else None

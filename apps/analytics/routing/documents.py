"""What is found about routing, as documents for programs: plain values, money as text, moments as RFC 3339."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from apps.analytics.query.table import plain
from apps.analytics.routing.draft import Draft
from apps.analytics.routing.dry_run import Both, DryRun
from apps.analytics.routing.effectiveness import Earned, Effectiveness
from apps.analytics.routing.expected import Estimate, Expected
from apps.analytics.span import Span

Document = dict[str, Any]
Names = Mapping[int, str]


def span_document(span: Span, currency: str) -> Document:
    return {"start": _moment(span.start), "end": _moment(span.end), "time_zone": span.zone.key, "currency": currency}


def dry_run_document(run: DryRun, money: Expected, draft: Draft, names: Names) -> Document:
    """`names` are of rules and destinations by their ids, as they were ever called; the draft's own go before."""
    known = {
        **names,
        **{rule.id: rule.name for rule in draft.rules},
        **{each.id: each.name for each in draft.destinations.values()},
    }
    return {
        "clicks": asdict(run.clicks),
        "moved": asdict(run.moved),
        "destinations": _both(run.destinations, known),
        "rules": _both(run.rules, known),
        "flows": [asdict(flow) for flow in run.flows],
        "expected": _expected(money),
        "share_read": run.share_read,
        "asked_at": _moment(run.asked_at),
        "notes": [*run.notes],
    }


def effectiveness_document(found: Effectiveness, names: Names) -> Document:
    return {
        "data": [_earned(each, names) for each in found.rows],
        "rules": [_earned(each, names) for each in found.rules],
        "destinations": [_earned(each, names) for each in found.destinations],
        "total": _earned(found.total, names),
    }


def _both(found: Mapping[int, Both], names: Names) -> list[Document]:
    return [{"id": number, "name": names.get(number, ""), **asdict(both)} for number, both in found.items()]


def _expected(money: Expected) -> Document:
    return {
        "not_enough": money.not_enough,
        "recorded_revenue": plain(money.recorded_revenue),
        "recorded_epc": _money(money.recorded_epc),
        "revenue": _estimate(money.revenue),
        "epc": _estimate(money.epc),
        "effective_visitors": money.effective_visitors,
        "notes": [*money.notes],
    }


def _estimate(estimate: Estimate | None) -> Document | None:
    return {name: plain(value) for name, value in asdict(estimate).items()} if estimate else None


def _earned(earned: Earned, names: Names) -> Document:
    said = {"rule": names.get(earned.rule_id, ""), "destination": names.get(earned.destination_id, "")}
    money = {name: _money(getattr(earned, name)) for name in ("revenue", "cost", "epc")}
    return {**asdict(earned), **said, **money}


def _money(value: Decimal | None) -> str | None:
    return None if value is None else plain(value)


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")

"""What a conversion's postbacks come to: a fold over all of them in the order in which they arrived.

Pure, and always over all: processed late, again or after a crash, the same postbacks end in the same lines.
"""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from apps.attribution.claim import Claim
from apps.attribution.maps import Status

ZERO = Decimal(0)
MAIN = ""
"""The key of the line that is the conversion itself; the others are rebills, by the fingerprint of their postback."""


class Line(NamedTuple):
    """One thing that was earned, or not: the conversion, or one of its rebills. `before` is what a rejected one was."""

    key: str
    happened_at: datetime
    status: str
    payout: Decimal
    currency: str
    cost: Decimal
    before: str = ""


class Verdict(NamedTuple):
    """What one postback did: `outcome` is new, changed or duplicate, and why in words."""

    postback_id: int
    outcome: str
    reason: str


class Course(NamedTuple):
    """`lines` in the order in which they began; `claim` is the first that names a click of ours, else the first."""

    lines: tuple[Line, ...]
    verdicts: tuple[Verdict, ...]
    claim: Claim


def fold(claims: Iterable[Claim]) -> Course:
    """The course of one conversion, of at least one claim, none of them refused.

    A lead becomes a sale or is rejected; a sale is rejected; a sale after a rejection is an approval. A lead never takes anything
    back. A rebill is earned on top, another one unless its postback says exactly the same. A rejection takes back all of it.
    """
    ordered = sorted(claims, key=lambda claim: claim.postback_id)
    lines: dict[str, Line] = {}
    verdicts = [Verdict(claim.postback_id, *_told(lines, claim)) for claim in ordered]
    named = next((claim for claim in ordered if claim.event_id), ordered[0])
    return Course(tuple(lines.values()), tuple(verdicts), named)


def _told(lines: dict[str, Line], claim: Claim) -> tuple[str, str]:
    if claim.status == Status.REJECTED and lines:
        return _rejected(lines)
    if claim.status == Status.REBILL:
        return _rebilled(lines, claim)
    if MAIN in lines:
        return _told_again(lines, lines[MAIN], claim)
    outcome = "changed" if lines else "new"
    lines[MAIN] = _begun(MAIN, claim)
    if claim.status == Status.SALE:
        _restore(lines)
    return outcome, f"The first word of it: {_a(claim.status)} of {_money(lines[MAIN])}."


def _told_again(lines: dict[str, Line], line: Line, claim: Claim) -> tuple[str, str]:
    if claim.status == Status.LEAD and line.status != Status.LEAD:
        return "duplicate", f"A lead changes nothing after {_a(line.status)}."
    changed = _with_amounts(line, claim)._replace(status=claim.status)
    if changed == line:
        return "duplicate", f"It says what was known: {_a(line.status)} of {_money(line)}."
    lines[MAIN] = changed._replace(before="")
    if line.status == Status.REJECTED:
        _restore(lines)
        return "changed", f"Approved after all: a sale of {_money(changed)}."
    if line.status == changed.status:
        return "changed", f"Corrected from {_money(line)} to {_money(changed)}."
    return "changed", f"The {line.status} became {_a(changed.status)} of {_money(changed)}."


def _rejected(lines: dict[str, Line]) -> tuple[str, str]:
    standing = [line for line in lines.values() if line.status != Status.REJECTED]
    for line in standing:
        lines[line.key] = line._replace(status=Status.REJECTED, before=line.status)
    if not standing:
        return "duplicate", "It was rejected before."
    return "changed", f"Rejected: {', '.join(f'{_a(line.status)} of {_money(line)}' for line in standing)} taken back."


def _rebilled(lines: dict[str, Line], claim: Claim) -> tuple[str, str]:
    if claim.fingerprint in lines:
        return "duplicate", "The same rebill again, every parameter alike."
    outcome = "changed" if lines else "new"
    lines[claim.fingerprint] = _begun(claim.fingerprint, claim)
    return outcome, f"A rebill of {_money(lines[claim.fingerprint])} on top."


def _restore(lines: dict[str, Line]) -> None:
    for line in lines.values():
        if line.before:
            lines[line.key] = line._replace(status=line.before, before="")


def _begun(key: str, claim: Claim) -> Line:
    return Line(key, claim.received_at, claim.status, claim.payout or ZERO, claim.currency, claim.cost or ZERO)


def _with_amounts(line: Line, claim: Claim) -> Line:
    """The line with what the postback says of money; what it does not mention stays."""
    if claim.payout is not None:
        line = line._replace(payout=claim.payout, currency=claim.currency)
    return line if claim.cost is None else line._replace(cost=claim.cost)


def _a(status: str) -> str:
    return {"lead": "a lead", "sale": "a sale", "rebill": "a rebill", "rejected": "a rejection"}[status]


def _money(line: Line) -> str:
    return f"{line.payout.normalize():f} {line.currency}"

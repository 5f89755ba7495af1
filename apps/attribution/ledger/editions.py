"""Which entries count: those of editions that are done, up to the one that is asked for."""

from dataclasses import dataclass
from typing import Any

from apps.attribution.ledger import numbers
from apps.attribution.models import Edition, Run


class UnknownEdition(Exception):
    """The organization has no edition of that number."""


@dataclass(frozen=True)
class AsOf:
    """An edition; 0 is before the first. `void` are the numbers up to it whose runs came to nothing: their entries never count."""

    number: int = 0
    void: tuple[int, ...] = ()

    def parameters(self) -> dict[str, Any]:
        """Of sql.AS_OF."""
        return {"as_of": self.number, "void": list(self.void)}


BEFORE_THE_FIRST = AsOf()


def newest(organization_id: int) -> AsOf:
    """The edition reports show when none is named."""
    number = Edition.objects.filter(organization_id=organization_id).values_list("number", flat=True).first()
    return before(organization_id, (number or 0) + 1)


def as_of(organization_id: int, number: int) -> AsOf:
    """Errors: UnknownEdition."""
    if number and not Edition.objects.filter(organization_id=organization_id, number=number).exists():
        raise UnknownEdition(f"There is no edition {number}.")
    return before(organization_id, number + 1)


def before(organization_id: int, number: int) -> AsOf:
    """Everything that was done before the run of that number."""
    void = Run.objects.void().filter(organization_id=organization_id, number__lt=number).order_by("number")
    return AsOf(number - 1, tuple(run.number for run in void if run.number))


def standing(organization_id: int, *, before: int, toggled: Run | None = None) -> dict[int, int]:
    """Runs that stand, having been applied and not reverted before that number, each with its own.

    A revert that is reverted sets its run up again. `toggled` is reverted last.
    """
    applied: dict[int, int] = {}
    fallen: set[int] = set()
    done = Run.objects.done().filter(organization_id=organization_id, number__lt=before).order_by("number")
    runs = {run.pk: run for run in done}
    for run in runs.values():
        if run.reverts_id is None:
            assert run.number
            applied[run.pk] = run.number
        else:
            _revert(runs, runs[run.reverts_id], fallen)
    if toggled:
        _revert(runs, toggled, fallen)
    return {pk: number for pk, number in applied.items() if pk not in fallen}


def stands(run: Run) -> bool:
    """Whether what the run named shows where no newer one lies on it; a revert always has its effect."""
    if run.reverts_id is not None:
        return True
    return run.pk in standing(run.organization_id, before=numbers.newest(run.organization_id) + 1)


def applied_by(run: Run) -> Run:
    """The run that this one, a revert or a revert of a revert, is about in the end; itself when it applies a rule."""
    while run.reverts:
        run = run.reverts
    return run


def _revert(runs: dict[int, Run], run: Run, fallen: set[int]) -> None:
    """Reverting a run lets it fall, reverting that sets it up again; doing either twice is doing it once."""
    falls = True
    while run.reverts_id is not None:
        run, falls = runs[run.reverts_id], not falls
    if falls:
        fallen.add(run.pk)
    else:
        fallen.discard(run.pk)

"""Taking a run back, as another run: the labels are those of the runs that still stand."""

from datetime import datetime

from apps.accounts.models import User
from apps.attribution.models import Run


class NotDone(Exception):
    """The run has not come to anything that could be reverted by itself."""


def plan(run: Run, *, now: datetime, by: User | None = None, note: str = "") -> Run:
    """A run that has yet to begin: `running.start` gives it to workers. Reverting a revert sets the first run up again.

    Errors: NotDone.
    """
    if run.state != Run.State.DONE:
        raise NotDone(f"Run {run.pk} is {run.state}: only a run that is done can be reverted.")
    if run.catches_up:
        raise NotDone(f"Edition {run.number} belongs to edition {run.catches_up.number}: revert that one.")
    same = {
        name: getattr(run, name) for name in ("campaign", "rule", "words", "rule_version", "start", "end", "policy")
    }
    return Run.objects.create(
        organization_id=run.organization_id, reverts=run, note=note, created_by=by, created_at=now, **same
    )


def standing_revert(run: Run) -> Run | None:
    """The run that takes this one back already, or is about to; None when it stands. A revert that is reverted does not count.

    Cost: a query for each time it was reverted.
    """
    taking_back = Run.objects.filter(reverts=run, state__in=(*Run.OPEN, Run.State.DONE))
    return next((one for one in taking_back if standing_revert(one) is None), None)


def words(revert: Run) -> str:
    """How it is with what it reverts: "was reverted by edition 4"."""
    done = revert.state == Run.State.DONE
    return f"was reverted by edition {revert.number}" if done else f"is being reverted by run {revert.pk}"

"""What tasks change is noted as theirs."""

from typing import Any

from celery import Task

from apps.accounts.audit.saying import said_by


class NotedTask(Task):  # type: ignore[misc]
    """Every task of ours is one: see `trellis/celery.py`."""

    abstract = True

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        with said_by(lambda: {"task": self.name, "request_id": str(self.request.id or "")}):
            return super().__call__(*args, **kwargs)

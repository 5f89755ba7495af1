"""What a job says of itself: the time that is left, and where its result is."""

from datetime import timedelta
from typing import Any

import pytest

from tests.ingress.make import NOW, a_job

pytestmark = pytest.mark.django_db


def test_the_time_left_follows_from_the_pace_so_far() -> None:
    job = a_job(7, status="running", started_at=NOW - timedelta(minutes=10), done=25, total=100)

    assert job.left == timedelta(minutes=30)
    assert job.ends_at == NOW + timedelta(minutes=30)


@pytest.mark.parametrize("changes", [{"status": "done"}, {"done": 0}, {"total": 0}, {"started_at": None}])
def test_where_nothing_can_be_said_no_time_is_left(changes: dict[str, Any]) -> None:
    job = a_job(7, **{"status": "running", "started_at": NOW, "done": 1, "total": 2, **changes})

    assert job.left is None


@pytest.mark.parametrize(
    ("url", "shown"),
    [("/explore?x=1", "/explore?x=1"), ("https://evil.example/", ""), ("//evil.example", ""), (None, "")],
)
def test_a_result_leads_to_pages_of_ours_only(url: str | None, shown: str) -> None:
    assert a_job(7, result={"url": url} if url else {}).result_url == shown

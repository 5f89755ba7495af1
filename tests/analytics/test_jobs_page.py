"""The Jobs page: how far long work is, for everybody of the organization and nobody else."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from apps.accounts.models import Membership
from apps.accounts.roles import Role
from apps.ingress.models import Job
from tests.accounts import make
from tests.ingress.make import NOW, a_job

PART = {"HX-Request": "true"}


@pytest.fixture
def job(alice: Membership) -> Job:
    fields = {
        "status": "running",
        "started_at": NOW - timedelta(minutes=5),
        "done": 250,
        "total": 1_000,
        "unit": "events",
    }
    return a_job(alice.organization_id, user_id=alice.user_id, note="3 January 2026", **fields)


def address(job: Job) -> str:
    return reverse("analytics:job", args=[job.pk])


def test_a_job_shows_how_far_it_is(page: Client, job: Job) -> None:
    text = page.get(address(job)).content.decode()

    assert '<progress class="progress progress-sm" value="250" max="1000"' in text
    assert "15\xa0minutes left" in text
    assert "by Alice Ames" in text


def test_a_running_job_asks_again_and_one_that_ended_does_not(page: Client, job: Job) -> None:
    running = page.get(address(job), headers=PART)
    Job.objects.update(status="done", finished_at=NOW)
    ended = page.get(address(job), headers=PART)

    assert 'hx-trigger="poll from:body"' in running.content.decode()
    assert "hx-trigger" not in ended.content.decode()
    assert '"message": "Counting sheep: Done"' in ended["HX-Trigger"]


def test_the_part_replaces_itself(page: Client, job: Job) -> None:
    text = page.get(address(job), headers=PART).content.decode()

    assert text.startswith(f'<div class="card job" id="job-{job.pk}" hx-get="{address(job)}"')
    assert "<html" not in text


def test_the_list_has_the_newest_first(page: Client, job: Job) -> None:
    a_job(job.organization_id, title="Counting goats", created_at=NOW + timedelta(hours=1))

    text = page.get(reverse("analytics:jobs")).content.decode()

    assert 0 < text.index("Counting goats") < text.index("Counting sheep")


def test_the_list_asks_as_much_for_many_jobs_as_for_one(
    page: Client, job: Job, django_assert_max_num_queries: object
) -> None:
    for _ in range(10):
        a_job(job.organization_id)

    with django_assert_max_num_queries(6):  # type: ignore[operator]
        page.get(reverse("analytics:jobs"))


def test_an_empty_list_says_what_belongs_there(page: Client) -> None:
    assert "No long work yet" in page.get(reverse("analytics:jobs")).content.decode()


def test_the_result_is_linked(page: Client, job: Job) -> None:
    Job.objects.update(status="done", result={"words": "1,000 events.", "url": "/explore"})

    assert '1,000 events. <a href="/explore">See the result</a>' in page.get(address(job)).content.decode()


def test_what_went_wrong_is_told(page: Client, job: Job) -> None:
    Job.objects.update(status="failed", error="ValueError: no such column")

    assert "ValueError: no such column" in page.get(address(job)).content.decode()


def test_a_viewer_reads_and_cannot_cancel(client: Client, job: Job) -> None:
    viewer = make.signed_in(client, make.bob(Role.VIEWER))

    shown = viewer.get(address(job))
    refused = viewer.post(reverse("analytics:cancel-job", args=[job.pk]))

    assert shown.status_code == 200
    assert "Cancel" not in shown.content.decode()
    assert refused.status_code == 403


def test_a_writer_cancels(page: Client, job: Job) -> None:
    answer = page.post(reverse("analytics:cancel-job", args=[job.pk]))

    assert answer["Location"] == address(job)
    assert Job.objects.get().status == Job.Status.CANCELLED


def test_charlie_sees_no_job_of_acme(client: Client, job: Job) -> None:
    stranger = make.signed_in(client, make.charlie())

    assert stranger.get(address(job)).status_code == 404
    assert stranger.post(reverse("analytics:cancel-job", args=[job.pk])).status_code == 404
    assert "Counting sheep" not in stranger.get(reverse("analytics:jobs")).content.decode()


@pytest.mark.parametrize(("is_staff", "status"), [(True, 200), (False, 404)])
def test_jobs_of_the_installation_are_for_staff(page: Client, alice: Membership, is_staff: bool, status: int) -> None:
    alice.user.is_staff = is_staff
    alice.user.save()

    assert page.get(address(a_job(0))).status_code == status

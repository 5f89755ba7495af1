"""Tasks are acknowledged when they are done, go to the queues that workers read, and are due as the one list says."""

import pytest
from celery.signals import setup_logging

from stack.trellis import BEAT_FILE, processes
from tests.house.sources import ROOT
from trellis.celery import app, keep_django_logging

app.loader.import_default_modules()
OURS = {name: task for name, task in app.tasks.items() if name.startswith("apps.")}
SCHEDULE = app.conf.beat_schedule


def test_a_task_is_acknowledged_after_it_ran():
    assert app.conf.task_acks_late
    assert all(task.acks_late for task in OURS.values())


def test_results_are_kept_nowhere():
    assert app.conf.task_ignore_result
    assert app.conf.result_backend is None


def test_every_task_goes_to_a_queue_that_a_worker_reads():
    (worker,) = [process for process in processes({}) if process.name == "worker"]
    read = set(worker.command[worker.command.index("-Q") + 1].split(","))

    sent = {app.amqp.router.route({}, name)["queue"].name for name in OURS}

    assert sent <= read
    assert app.amqp.router.route({}, "apps.ingress.tasks.store_segment")["queue"].name == "store"


def test_what_a_dead_worker_had_taken_comes_back_within_minutes():
    assert app.conf.broker_transport_options["visibility_timeout"] <= 300


@pytest.mark.parametrize("entry", SCHEDULE.values(), ids=SCHEDULE)
def test_what_is_scheduled_exists_and_does_not_pile_up(entry):
    assert entry["task"] in OURS
    # What is due at an hour of the day has the day.
    every_s = entry["schedule"] if isinstance(entry["schedule"], float) else 86_400.0
    assert entry["options"]["expires"] <= every_s


@pytest.mark.parametrize("name", OURS)
def test_a_task_says_what_happens_when_it_runs_twice(name):
    words = OURS[name].run.__doc__ or ""

    assert any(said in words for said in ("twice", "Twice", "again", "retr")), (
        f"the docstring of {name} does not say it"
    )


def test_the_beat_keeps_its_file_where_nothing_is_committed():
    assert BEAT_FILE.parent == ROOT / "celerybeat-schedule"
    assert "celerybeat-schedule/*" in (ROOT / ".gitignore").read_text().splitlines()


def test_celery_leaves_our_logging_alone():
    assert keep_django_logging in [receiver() for _, receiver in setup_logging.receivers]

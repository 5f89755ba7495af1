"""The Celery application and the one list of schedules."""

import os
from typing import Any

from celery import Celery
from celery.schedules import crontab
from celery.signals import setup_logging, worker_process_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trellis.settings")

app = Celery("trellis", task_cls="apps.accounts.audit.noted:NotedTask")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.autodiscover_tasks(["apps.campaigns"], related_name="cap_tasks")
app.conf.beat_schedule = {
    "publish routes": {"task": "apps.campaigns.tasks.publish_routes", "schedule": 5.0, "options": {"expires": 5.0}},
    "publish all routes": {
        "task": "apps.campaigns.tasks.publish_routes",
        "kwargs": {"everything": True},
        "schedule": 600.0,
        "options": {"expires": 600.0},
    },
    "settle caps": {"task": "apps.campaigns.cap_tasks.settle_caps", "schedule": 5.0, "options": {"expires": 5.0}},
    "apply retention": {
        "task": "apps.campaigns.tasks.apply_retention",
        "schedule": 3600.0,
        "options": {"expires": 3600.0},
    },
    "mend rollups": {"task": "apps.analytics.tasks.mend_rollups", "schedule": 15.0, "options": {"expires": 15.0}},
    "reconcile rollups": {
        "task": "apps.analytics.tasks.reconcile_rollups",
        "schedule": 300.0,
        "options": {"expires": 300.0},
    },
    "reconcile all rollups": {
        "task": "apps.analytics.tasks.reconcile_rollups",
        "kwargs": {"everything": True},
        "schedule": crontab(hour=3, minute=10),
        "options": {"expires": 3600.0},
    },
    "book postbacks": {"task": "apps.attribution.tasks.book_postbacks", "schedule": 2.0, "options": {"expires": 2.0}},
    "follow clicks": {"task": "apps.attribution.tasks.follow_clicks", "schedule": 60.0, "options": {"expires": 60.0}},
    "match orphans": {"task": "apps.attribution.tasks.match_orphans", "schedule": 5.0, "options": {"expires": 5.0}},
    "finish cost uploads": {
        "task": "apps.attribution.tasks.finish_cost_uploads",
        "schedule": 30.0,
        "options": {"expires": 30.0},
    },
    "end orphaned runs": {
        "task": "apps.attribution.tasks.end_orphaned_runs",
        "schedule": 30.0,
        "options": {"expires": 30.0},
    },
    "publish labels": {"task": "apps.attribution.tasks.publish_labels", "schedule": 5.0, "options": {"expires": 5.0}},
    "publish all labels": {
        "task": "apps.attribution.tasks.publish_labels",
        "kwargs": {"everything": True},
        "schedule": 600.0,
        "options": {"expires": 600.0},
    },
    "mend labels": {"task": "apps.attribution.tasks.mend_labels", "schedule": 300.0, "options": {"expires": 300.0}},
    "check labels": {
        "task": "apps.attribution.tasks.check_labels",
        "schedule": crontab(hour=4, minute=10),
        "options": {"expires": 3600.0},
    },
    "forget visitors": {
        "task": "apps.attribution.tasks.forget_visitors",
        "schedule": crontab(hour=3, minute=40),
        "options": {"expires": 3600.0},
    },
    "deliver webhooks": {
        "task": "apps.attribution.tasks.deliver_webhooks",
        "schedule": 5.0,
        "options": {"expires": 5.0},
    },
    "forget webhooks": {
        "task": "apps.attribution.tasks.forget_webhooks",
        "schedule": crontab(hour=3, minute=50),
        "options": {"expires": 3600.0},
    },
    "publish networks": {
        "task": "apps.attribution.tasks.publish_networks",
        "schedule": 5.0,
        "options": {"expires": 5.0},
    },
    "forget nobody's postbacks": {
        "task": "apps.ingress.tasks.forget_nobodys_postbacks",
        "schedule": 3600.0,
        "options": {"expires": 3600.0},
    },
    "forget address keys": {
        "task": "apps.ingress.tasks.forget_address_keys",
        "schedule": 3600.0,
        "options": {"expires": 3600.0},
    },
    "forget audit": {
        "task": "apps.accounts.tasks.forget_audit",
        "schedule": crontab(hour=3, minute=20),
        "options": {"expires": 3600.0},
    },
    "revive jobs": {"task": "apps.ingress.tasks.revive_jobs", "schedule": 30.0, "options": {"expires": 30.0}},
}


@setup_logging.connect  # type: ignore[untyped-decorator]
def keep_django_logging(**_: Any) -> None:
    """Celery would replace the JSON log configuration with its own; being connected here stops it."""


@worker_process_init.connect  # type: ignore[untyped-decorator]
def learn_policies(**_: Any) -> None:
    """In this process, and not sent to another."""
    app.tasks["apps.ingress.tasks.learn_policies"]()

"""The Celery application and the one list of schedules."""

import os
from typing import Any

from celery import Celery
from celery.signals import setup_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trellis.settings")

app = Celery("trellis")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.conf.beat_schedule = {
    "publish routes": {"task": "apps.campaigns.tasks.publish_routes", "schedule": 5.0, "options": {"expires": 5.0}},
    "publish all routes": {
        "task": "apps.campaigns.tasks.publish_routes",
        "kwargs": {"everything": True},
        "schedule": 600.0,
        "options": {"expires": 600.0},
    },
    "apply retention": {
        "task": "apps.campaigns.tasks.apply_retention",
        "schedule": 3600.0,
        "options": {"expires": 3600.0},
    },
}


@setup_logging.connect  # type: ignore[untyped-decorator]
def keep_django_logging(**_: Any) -> None:
    """Celery would replace the JSON log configuration with its own; being connected here stops it."""

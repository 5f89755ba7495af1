"""Trellis' own processes: what each is started with, and when it answers."""

import json
import os
import urllib.error
import urllib.request
from collections.abc import Mapping

from stack.child import Child
from stack.places import DATA, LOGS, PYTHON, ROOT, path_with_venv

BEAT_FILE = ROOT / "celerybeat-schedule" / "beat"
STOP_LIMIT_S = 15


def processes(environment: Mapping[str, str]) -> list[Child]:
    """Pages, ingress, Celery worker and beat, in the order of starting."""
    everything = {**os.environ, **environment, "PATH": path_with_venv()}
    commands = {
        "pages": ["gunicorn", "trellis.wsgi", "-c", "trellis/gunicorn_pages.py"],
        "ingress": ["gunicorn", "apps.ingress.worker:fallback", "-c", "trellis/gunicorn_ingress.py"],
        "worker": ["celery", "-A", "trellis", "worker", "-Q", "store,default", "-c", str(min(os.cpu_count() or 1, 4))],
        "beat": ["celery", "-A", "trellis", "beat", "-s", str(BEAT_FILE)],
    }
    return [_child(name, command, everything) for name, command in commands.items()]


def is_ready(port: int) -> bool:
    """/readyz answers 200."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def readiness(port: int) -> str:
    """What /readyz says is wrong, as words for an error."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
            return f"{answer.status} {json.dumps(json.load(answer))}"
    except urllib.error.HTTPError as refusal:
        return f"{refusal.code} {refusal.read(2000).decode(errors='replace')}"
    except (OSError, ValueError) as error:
        return str(error)


def _child(name: str, command: list[str], environment: Mapping[str, str]) -> Child:
    return Child(
        name,
        [str(PYTHON), "-m", *command],
        log=LOGS / f"{name}.log",
        pid_file=DATA / "run" / f"{name}.pid",
        environment=environment,
        stop_limit_s=STOP_LIMIT_S,
    )

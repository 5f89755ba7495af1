"""gunicorn for tracked links: our worker class, one event loop a process."""

import os
import resource

import django

from trellis.checks import require_sound_settings

ADDRESS = os.environ.get("TRELLIS_BIND", "0.0.0.0")  # noqa: S104  every address of its container, behind a proxy
bind = f"{ADDRESS}:{os.environ.get('TRELLIS_INGRESS_PORT', '8001')}"
worker_class = "apps.ingress.worker.TrackingWorker"
workers = int(os.environ.get("TRELLIS_INGRESS_WORKERS", str(min(os.cpu_count() or 1, 8))))
# Every worker listens for itself: with one shared socket and few connections a single worker gets them all.
reuse_port = True
backlog = 4096
keepalive = 30
timeout = 30
graceful_timeout = 10
asgi_lifespan = "off"
control_socket_disable = True
# What the worker takes on a tracked link, gunicorn's own protocol shall take on a postback; see apps/ingress/worker.py.
limit_request_line = 32_768
limit_request_field_size = 16_384

# The worker class reads settings and sends Celery tasks, so Django is set up before gunicorn imports it.
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trellis.settings")
django.setup()
require_sound_settings()

# A connection is a file descriptor; the usual soft limit of 1,024 is reached by a thousand visitors who keep theirs open.
_, most = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))

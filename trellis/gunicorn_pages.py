"""gunicorn for the pages: threads, because a page waits for databases."""

import os

ADDRESS = os.environ.get("TRELLIS_BIND", "0.0.0.0")  # noqa: S104  every address of its container, behind a proxy
bind = f"{ADDRESS}:{os.environ.get('TRELLIS_PAGES_PORT', '8000')}"
worker_class = "gthread"
workers = int(os.environ.get("TRELLIS_PAGES_WORKERS", "1"))
threads = 8
timeout = 60
graceful_timeout = 10
control_socket_disable = True

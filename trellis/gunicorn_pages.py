"""gunicorn for the pages: threads, because a page waits for databases."""

import os

bind = f"{os.environ.get('TRELLIS_BIND', '0.0.0.0')}:{os.environ.get('TRELLIS_PAGES_PORT', '8000')}"  # noqa: S104  behind a proxy, on every address of its container
worker_class = "gthread"
workers = int(os.environ.get("TRELLIS_PAGES_WORKERS", "1"))
threads = 8
timeout = 60
graceful_timeout = 10
control_socket_disable = True

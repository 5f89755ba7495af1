"""The servers that are compared, and the store worker: how each is started, at its best."""

import os
import sys
from pathlib import Path

from bench.server import Program

# As many workers as cores for everybody; the load generator shares the cores with them.
WORKERS = os.cpu_count() or 1
THREADS = 4
_NGINX = """
daemon off;
worker_processes {workers};
error_log {folder}/nginx-error.log;
pid {folder}/nginx.pid;
events {{ worker_connections 1024; }}
http {{
    access_log {folder}/nginx-access.log combined;
    keepalive_requests 100000000;
    client_body_temp_path {folder}/nginx-body;
    proxy_temp_path {folder}/nginx-proxy;
    fastcgi_temp_path {folder}/nginx-fastcgi;
    uwsgi_temp_path {folder}/nginx-uwsgi;
    scgi_temp_path {folder}/nginx-scgi;
    server {{
        listen 127.0.0.1:{port} reuseport;
        location / {{ return 302 https://shop.example.com/offer/1; }}
    }}
}}
"""


def nginx(binary: str, port: int, folder: Path) -> Program:
    """`return 302` with an access log: the limit of what HTTP on this machine can do."""
    config = folder / "nginx.conf"
    config.write_text(_NGINX.format(folder=folder, port=port, workers=WORKERS))
    return Program("nginx", [binary, "-c", str(config), "-p", str(folder), "-e", str(folder / "nginx-error.log")], port)


def django_view(port: int) -> Program:
    """A view that redirects and keeps nothing, behind Django's default middleware."""
    command = _python("gunicorn", "bench.plain:application", "--bind", f"127.0.0.1:{port}", "--worker-class", "gthread")
    options = ["--workers", str(WORKERS), "--threads", str(THREADS), "--keep-alive", "30", "--no-control-socket"]
    return Program("django", [*command, *options], port, {"DJANGO_SETTINGS_MODULE": "bench.plain"})


def tracked_links(name: str, port: int, spool: Path, *, fsync: str) -> Program:
    """Trellis' own tracking port, as `./dev up` runs it."""
    spool.mkdir(parents=True, exist_ok=True)
    environment = {
        "TRELLIS_INGRESS_PORT": str(port),
        "TRELLIS_INGRESS_WORKERS": str(WORKERS),
        "TRELLIS_SPOOL_DIR": str(spool),
        "TRELLIS_SPOOL_FSYNC": fsync,
        "LOG_LEVEL": "WARNING",
    }
    command = _python("gunicorn", "apps.ingress.worker:fallback", "-c", "trellis/gunicorn_ingress.py")
    return Program(name, command, port, environment)


def store_worker() -> Program:
    """The Celery worker, as `./dev up` runs it."""
    command = _python("celery", "-A", "trellis", "worker", "-Q", "store,default", "-c", str(min(WORKERS, 4)))
    return Program("store", command, environment={"LOG_LEVEL": "WARNING"})


def _python(module: str, *arguments: str) -> list[str]:
    return [sys.executable, "-m", module, *arguments]

import os

# The ClickHouse driver prepares every day from 1900 to 2299 when it is imported, unless told before; made when needed they spare
# each process 27 MB (2026-11-22).
os.environ.setdefault("CLICKHOUSE_DRIVER_LASY_DATE_LUT", "yes")

from trellis.celery import app as celery_app

__all__ = ["celery_app"]

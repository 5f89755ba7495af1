"""What an import says to the person who brought the file."""

from datetime import datetime, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.conf import settings

from apps.ingress.access_log import Format
from apps.ingress.access_log_event import Import
from apps.ingress.imports import Report
from apps.ingress.line_words import readable
from apps.ingress.owners import Owner

LINE_MAX_CHARS = 160
# What a report's address may span: see analytics.span.
PAGE_DAYS = 731


def welcome(name: str, owner: Owner, source: Import, format: Format) -> str:
    return f"Importing {name} into {owner.name} ({format} format).\n{_retention(owner, source)}"


def _retention(owner: Owner, source: Import) -> str:
    if source.retention_days:
        return f"Its events are kept for {source.retention_days} days; older lines are left out."
    live = f"for {owner.retention_days} days" if owner.retention_days else "for ever"
    return f"{owner.name} keeps live events {live}; imported history is kept for ever. --retention-days N changes that."


def refusal_of_format(wanted: str, found: Format | None, lines: list[bytes]) -> str:
    """Why nothing is imported."""
    shown = "\n".join(f"  {readable(line, LINE_MAX_CHARS)}" for line in lines[:3])
    if found:
        return f"None of the first {len(lines):,} lines is in {wanted} format. They read as {found}: --format {found}"
    return f"The first {len(lines):,} lines are in no format known here. Nothing was imported. They begin:\n{shown}"


def closing(report: Report, owner: Owner) -> str:
    """What became of every line, and where to see it."""
    parts = [_counts(report), _malformed(report), _mended(report), _where(report, owner)]
    return "\n".join(part for part in parts if part)


def _counts(report: Report) -> str:
    rows = [
        ("lines read", report.read, True),
        ("stored", report.stored, True),
        ("stored before, left out", report.already_stored, True),
        ("malformed, kept as dead letters", report.malformed, True),
        ("refused by ClickHouse, kept as dead letters", report.refused, False),
        ("older than asked for, left out", report.too_old, False),
        ("blank", report.blank, False),
        ("about the file itself", report.directives, False),
    ]
    return "\n".join(f"{count:>12,}  {what}" for what, count, always in rows if always or count)


def _malformed(report: Report) -> str:
    if not report.shown:
        return ""
    first = f" (the first {len(report.shown)})" if report.malformed > len(report.shown) else ""
    rows = [f"  line {number:,}: {reason}: {readable(raw, LINE_MAX_CHARS)}" for number, reason, raw in report.shown]
    return "\n".join([f"Malformed lines{first}; see manage.py dead_letters list:", *rows])


def _mended(report: Report) -> str:
    if not report.mended:
        return ""
    numbers = ", ".join(f"{number:,}" for number in report.shown_mended)
    more = ", …" if report.mended > len(report.shown_mended) else ""
    return f"Cut off or badly quoted, read all the same: {report.mended:,} (line {numbers}{more})."


def _where(report: Report, owner: Owner) -> str:
    if not report.first_at or not report.last_at:
        return f"No hit in this file; {owner.name} is as it was."
    return f"From {_moment(report.first_at)} to {_moment(report.last_at)}.\nSee them: {address(report, owner)}"


def address(report: Report, owner: Owner) -> str:
    """Of the Events page with these events on it: local days of the organization, at most as many as a page takes."""
    assert report.first_at
    assert report.last_at
    zone = ZoneInfo(owner.time_zone)
    last_on = report.last_at.astimezone(zone).date()
    first_on = max(report.first_at.astimezone(zone).date(), last_on - timedelta(days=PAGE_DAYS - 1))
    query = urlencode({"span": "custom", "from": first_on, "to": last_on, "kinds": "all"})
    return f"{settings.TRELLIS_PAGES_URL}/events?{query}"


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"

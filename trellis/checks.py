"""Settings that cannot work or contradict each other, said before they hurt: system checks, each with an id and a hint.

An error (E) is a setting under which clicks would be lost or forged: no server starts with one. A warning (W) is a
contradiction that people would soon notice. `manage.py check --deploy --fail-level WARNING` says all, and Django's own.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, run_checks
from django.core.exceptions import ImproperlyConfigured
from django.http.request import validate_host

from apps.ingress.lease import NODES
from apps.ingress.spool import SEGMENT_BYTES, Fsync

TAG = "trellis"
CLICK_KEY_MIN_CHARS = 32
# A spool with room for a few full segments only would refuse clicks all the time.
SPOOL_MIN_BYTES = 4 * SEGMENT_BYTES
CONSOLE_MAIL = "django.core.mail.backends.console.EmailBackend"
SECRET_HEADERS = frozenset({"authorization", "cookie", "proxy-authorization", "set-cookie", "x-api-key", "x-csrftoken"})
MAKE_A_SECRET = 'Make one with: python3 -c "import secrets; print(secrets.token_urlsafe(48))"'  # noqa: S105  (it makes one)

Found = Iterator[CheckMessage]


def faults(app_configs: Sequence[Any] | None = None, **_: object) -> list[CheckMessage]:
    """Everything that is wrong with the settings in force; empty when all is well."""
    return [message for check in CHECKS for message in check()]


def require_sound_settings() -> None:
    """For servers, which run no checks by themselves. Raises ImproperlyConfigured naming every error and its hint."""
    errors = [message for message in run_checks(tags=[TAG]) if message.is_serious()]
    if errors:
        raise ImproperlyConfigured("\n".join(["Trellis does not start with these settings.", *map(str, errors)]))


def _secrets() -> Found:
    # Django itself refuses to hand out an empty SECRET_KEY, with a sentence but no advice.
    if not _secret_key():
        yield Error("SECRET_KEY is empty.", hint=f"{MAKE_A_SECRET} and keep it.", id="trellis.E001")
    if len(settings.TRELLIS_CLICK_KEY) < CLICK_KEY_MIN_CHARS:
        yield Error(
            f"TRELLIS_CLICK_KEY has {len(settings.TRELLIS_CLICK_KEY)} characters: anybody could forge click ids.",
            hint=f"Give it at least {CLICK_KEY_MIN_CHARS}, the same on every host, and never change it: click ids that are out "
            f"in the world would no longer be known. {MAKE_A_SECRET}",
            id="trellis.E002",
        )


def _node() -> Found:
    if not 0 <= settings.TRELLIS_NODE < NODES:
        yield Error(
            f"TRELLIS_NODE is {settings.TRELLIS_NODE}, and must be 0 to {NODES - 1}.",
            hint="Number the hosts that answer tracked links, each with its own: two with the same number would make the same ids.",
            id="trellis.E003",
        )


def _spool() -> Found:
    if settings.TRELLIS_SPOOL_FSYNC not in set(Fsync):
        yield Error(
            f"TRELLIS_SPOOL_FSYNC is {settings.TRELLIS_SPOOL_FSYNC!r}.", hint=f"Use {_or(Fsync)}.", id="trellis.E004"
        )
    if settings.TRELLIS_SPOOL_MAX_BYTES <= 0:
        yield Error(
            f"TRELLIS_SPOOL_MAX_BYTES is {settings.TRELLIS_SPOOL_MAX_BYTES}: no click could be kept.",
            hint="Give it room for the longest outage you want to sit out; a click takes about a kilobyte.",
            id="trellis.E005",
        )
    elif settings.TRELLIS_SPOOL_MAX_BYTES < SPOOL_MIN_BYTES:
        yield Warning(
            f"TRELLIS_SPOOL_MAX_BYTES is {settings.TRELLIS_SPOOL_MAX_BYTES:,}: a few segments fill the spool.",
            hint=f"Give it at least {SPOOL_MIN_BYTES:,}; a click takes about a kilobyte.",
            id="trellis.W004",
        )
    if not _is_writable(settings.TRELLIS_SPOOL_DIR):
        yield Error(
            f"TRELLIS_SPOOL_DIR {settings.TRELLIS_SPOOL_DIR} cannot be written: no click could be kept.",
            hint="Name a folder on a local disk that belongs to the user Trellis runs as.",
            id="trellis.E006",
        )


def _request() -> Found:
    for text in settings.TRUSTED_PROXIES:
        if reason := _not_a_network(text):
            yield Error(
                f"TRUSTED_PROXIES names {text!r}: {reason}.",
                hint="Give a comma-separated list of networks, such as 10.0.0.0/8,2001:db8::/32; a single address works too.",
                id="trellis.E007",
            )
    for name in settings.TRELLIS_KEPT_HEADERS:
        if name.strip().lower() in SECRET_HEADERS:
            yield Error(
                f"TRELLIS_KEPT_HEADERS names {name}, which carries secrets of visitors.",
                hint="Take it off the list; of withheld headers the names are kept anyway.",
                id="trellis.E008",
            )


def _addresses() -> Found:
    for name in ("TRELLIS_PAGES_URL", "TRELLIS_INGRESS_URL"):
        url = urlsplit(getattr(settings, name))
        if url.scheme not in ("http", "https") or not url.hostname or url.path or url.query or url.fragment:
            yield Error(
                f"{name} is {getattr(settings, name)!r}, which is not an http(s) address of a host.",
                hint="Give scheme and host, with a port when it is unusual, and no path: https://go.example.com",
                id="trellis.E009",
            )
        elif settings.TRELLIS_SECURE and url.scheme == "http":
            yield Warning(
                f"TRELLIS_SECURE is on, and {name} is {url.geturl()}.",
                hint=f"Give {name} with https://, or say TRELLIS_SECURE=false where there is no TLS.",
                id="trellis.W001",
            )
    if settings.TRELLIS_SECURE and not settings.TRUSTED_PROXIES:
        yield Warning(
            "TRELLIS_SECURE is on and no proxy is trusted: pages would redirect to https for ever.",
            hint="Trellis speaks plain HTTP behind something that ends TLS. Name its network in TRUSTED_PROXIES.",
            id="trellis.W002",
        )
    host = urlsplit(settings.TRELLIS_PAGES_URL).hostname
    if host and not settings.DEBUG and not validate_host(host, settings.ALLOWED_HOSTS):
        yield Warning(
            f"ALLOWED_HOSTS does not name {host}, the host of TRELLIS_PAGES_URL: every page there would answer 400.",
            hint=f"Add {host} to ALLOWED_HOSTS.",
            id="trellis.W003",
        )


def _mail() -> Found:
    if settings.EMAIL_BACKEND == CONSOLE_MAIL and not settings.DEBUG:
        yield Warning(
            "EMAIL_BACKEND writes mail into the log of the pages: whoever reads it can set anybody's password.",
            hint="Give EMAIL_URL a server: smtp+tls://user:password@host:587",
            id="trellis.W005",
        )


def _staff() -> Found:
    if not settings.TRELLIS_STAFF_SECOND_FACTOR and not settings.DEBUG:
        yield Error(
            "TRELLIS_STAFF_SECOND_FACTOR is off: a stolen password of staff would open every organization.",
            hint="Leave it out. Staff without a second factor are led to set one up.",
            id="trellis.E010",
        )


CHECKS: tuple[Callable[[], Found], ...] = (_secrets, _node, _spool, _request, _addresses, _mail, _staff)


def _secret_key() -> str:
    try:
        return str(settings.SECRET_KEY)
    except ImproperlyConfigured:
        return ""


def _is_writable(folder: Path) -> bool:
    """Whether the folder can be written, or made where it is to be."""
    nearest = next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
    return nearest.is_dir() and os.access(nearest, os.W_OK | os.X_OK)


def _not_a_network(text: str) -> str:
    try:
        ip_network(text)
    except ValueError as error:
        return str(error)
    return ""


def _or(words: Iterable[str]) -> str:
    *first, last = words
    return f"{', '.join(first)} or {last}"

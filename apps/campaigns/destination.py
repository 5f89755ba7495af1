"""What a link or campaign may lead to, said to the person who types it."""

import re
from collections.abc import Collection, Iterator
from posixpath import normpath
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError

from apps.accounts.models import Organization
from apps.ingress.destination import BadDestination, parse

MAX_CHARS = 2_000
CIRCLE = "This is a tracked link itself, or leads on to one: visitors would go round in circles."
# An address inside an address may be escaped as often as it is handed on.
UNESCAPED_TIMES = 3


def validate_destination(text: str, link_hosts: Collection[str] = ()) -> None:
    """Raises ValidationError: not http(s), an unknown macro, or an address that would bring the visitor back to us.

    `link_hosts` are the hosts, beside our own, on which tracked links of the organization are answered.
    """
    try:
        parse(text)
    except BadDestination as error:
        raise ValidationError(str(error), code="bad_destination") from error
    if leads_back(text, link_hosts):
        raise ValidationError(CIRCLE, code="circle")


def leads_back(text: str, link_hosts: Collection[str] = ()) -> bool:
    """Whether a destination is a tracked link, or hands the visitor on to one. What is no destination leads nowhere."""
    try:
        host = parse(text).host.rstrip(".")
    except BadDestination:
        return False
    ours = _our_host()
    is_link = host in link_hosts or (host == ours and _may_be_tracked(urlsplit(text).path))
    return is_link or _names_a_link(text, {ours, *link_hosts})


def link_hosts_of(organization: Organization) -> frozenset[str]:
    """Verified hosts on which the organization's tracked links are answered. Cost: one query."""
    serving = organization.domains.filter(serves_links=True, verified_at__isnull=False)
    return frozenset(serving.values_list("name", flat=True))


def _our_host() -> str:
    return urlsplit(settings.TRELLIS_INGRESS_URL).hostname or ""


def _may_be_tracked(path: str) -> bool:
    """Whether a path of our own host is that of a link, or could become one with its macros filled in."""
    return "{" in path or normpath(f"/{unquote(path)}").lstrip("/").partition("/")[0] == "in"


def _names_a_link(text: str, hosts: Collection[str]) -> bool:
    names = "|".join(re.escape(host) for host in hosts if host)
    link = re.compile(rf"(?<![\w.-])({names})\.?(:\d+)?/+in(?![\w.-])")
    return any(link.search(form) for form in _unescaped(text.lower()))


def _unescaped(text: str) -> Iterator[str]:
    for _ in range(UNESCAPED_TIMES):
        yield text
        text = unquote(text)

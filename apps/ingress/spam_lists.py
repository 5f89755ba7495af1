"""Domains out of published lists of referrer spam, as rows of the table of referrers."""

from collections.abc import Iterable
from typing import NamedTuple

import idna
from django.db import transaction

from apps.ingress.enrich.address import NOWHERE, host_of, is_ip
from apps.ingress.enrich.builtin import ReferrerRow
from apps.ingress.enrich.referrers import Referrers
from apps.ingress.models import Referrer, TableRevision
from apps.ingress.models.tables import Row

BATCH = 1_000
PATTERN_MAX_CHARS = 200


class Refused(NamedTuple):
    """A line, from 1 on, and what stands in it."""

    line: int
    text: str


class Listed(NamedTuple):
    """`domains` in the letters of their languages, each once, as the list has them in order."""

    domains: tuple[str, ...]
    refused: tuple[Refused, ...]


class Imported(NamedTuple):
    """`contradicted` are domains that the table knows as something else; they stay that."""

    added: int
    known: int
    contradicted: tuple[str, ...]


def read_list(lines: Iterable[str]) -> Listed:
    """One domain a line; what follows a # is a comment."""
    domains: dict[str, None] = {}
    refused = []
    for number, line in enumerate(lines, start=1):
        text = line.removeprefix("\ufeff").partition("#")[0].strip()
        if not text:
            continue
        if domain := _domain(text):
            domains[domain] = None
        else:
            refused.append(Refused(number, text))
    return Listed(tuple(domains), tuple(refused))


@transaction.atomic
def import_domains(domains: Iterable[str], *, by: str) -> Imported:
    """Adds what is not there yet. Running it again does nothing. Errors: django.db.Error; then nothing is changed."""
    rows = [ReferrerRow(*row) for row in Referrer.objects.values_list(*ReferrerRow._fields)]
    told = Referrers(rows)
    new, known, contradicted = [], 0, []
    for domain in domains:
        said = told.find(NOWHERE._replace(host=domain), ())
        if said and said.medium != Referrer.Medium.SPAM:
            contradicted.append(domain)
        elif said:
            known += 1
        else:
            new.append(Referrer(pattern=domain, name="*", medium=Referrer.Medium.SPAM, origin=Row.Origin.LIST))
    if new:
        Referrer.objects.bulk_create(new, batch_size=BATCH)
        TableRevision.bump("referrers", by=by)
    return Imported(len(new), known, tuple(contradicted))


@transaction.atomic
def remove_domains(domains: Iterable[str], *, by: str) -> int:
    """Takes out those that a list brought and nobody changed; how many that were."""
    removed, _ = Referrer.objects.filter(pattern__in=list(domains), origin=Row.Origin.LIST).delete()
    if removed:
        TableRevision.bump("referrers", by=by)
    return removed


def _domain(text: str) -> str:
    """Empty when it is none."""
    host = host_of(text.lower().removeprefix("*.").removeprefix("www."))
    if "." not in host or is_ip(host) or ":" in text or "@" in text or not _is_name(host):
        return ""
    return host


def _is_name(host: str) -> bool:
    try:
        idna.encode(host, uts46=True)
    except idna.IDNAError:
        return False
    return len(host) <= PATTERN_MAX_CHARS

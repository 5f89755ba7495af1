"""Whether a domain is its claimant's: a TXT record in its zone, that only who runs the domain can write.

Source: RFC 8552 (underscored names) and the practice of every mail provider. A record stays valid: it may be looked for again.
"""

from datetime import datetime
from enum import StrEnum

import dns.exception
import dns.resolver
from django.db import IntegrityError, transaction
from django.utils.crypto import constant_time_compare, salted_hmac

from apps.accounts.models import Domain

LABEL = "_trellis"
PREFIX = "trellis-verify="
# All servers and retries together; the person waits for the page.
PATIENCE_S = 5.0


class Check(StrEnum):
    """What looking found; the value is the sentence for the person."""

    VERIFIED = "The record is there: the domain is yours."
    ABSENT = "There is no TXT record of that name yet. New records can take an hour to be seen everywhere."
    OTHER = "There is a TXT record of that name, but it says something else."
    SILENT = "The domain's name servers did not answer. Try again in a few minutes."
    TAKEN = (
        "The record is there, but the domain is verified for another organization. It has to be removed there first."
    )


def record_name(domain: Domain) -> str:
    return f"{LABEL}.{domain.name}"


def record_value(domain: Domain) -> str:
    """What the record must say: another for each organization, so that one's record proves nothing for another."""
    return PREFIX + salted_hmac("apps.accounts.domains", f"{domain.organization_id}:{domain.name}").hexdigest()[:32]


def check(domain: Domain, now: datetime) -> Check:
    """Look for the record and mark the domain as verified when it is there. Cost: a DNS question, at most 5 s."""
    found = _records(record_name(domain))
    if isinstance(found, Check):
        return found
    if not any(constant_time_compare(text.strip(), record_value(domain)) for text in found):
        return Check.OTHER
    try:
        with transaction.atomic():
            domain.verify(now)
    except IntegrityError:
        return Check.TAKEN
    return Check.VERIFIED


def _records(name: str) -> list[str] | Check:
    try:
        answer = dns.resolver.get_default_resolver().resolve(name, "TXT", lifetime=PATIENCE_S)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return Check.ABSENT
    except (dns.exception.DNSException, OSError):
        return Check.SILENT
    # A long text comes in pieces of 255 bytes.
    return [b"".join(record.strings).decode("ascii", "replace") for record in answer]

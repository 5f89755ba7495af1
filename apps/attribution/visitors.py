"""What is stored of a visitor beside their clicks: conversions, and the postbacks that told of them.

Money is not touched, and neither is what it follows from: a postback goes on saying what it said of click, transaction and amount,
for it is read again when a network's maps change. What goes is what its sender's request said of a browser and a person.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import unquote_plus

import orjson

from apps.attribution.models import Booking
from apps.attribution.rows import CONVERSIONS
from apps.ingress.models import Postback
from apps.ingress.postbacks.remainder import body_without
from apps.ingress.warehouse.reader import ask
from apps.ingress.warehouse.visitors import OF_VISITOR, empty, emptying_of, rows_of

EMPTYING = emptying_of(CONVERSIONS)
IDS = "SELECT DISTINCT conversion_id FROM conversions WHERE {{visitor}} ORDER BY conversion_id"
# Parameters of people, which no preset reads as money. Networks send them to shops and back.
PERSONAL = frozenset(
    """address birthday city customer_email customer_name email email_address e-mail first_name firstname full_name fullname ip
    ip_address last_name lastname mail mobile msisdn name phone phone_number postcode surname tel telephone ua user_agent
    useragent user_email user_ip user_name username zip""".split()
)
READ_BY_TYPE = "content-type"


def erase_conversions(organization_id: int, visitor_id: int, until: datetime) -> int:
    """Empties the copies of the visitor's clicks; how many rows that were. Errors: WarehouseUnavailable."""
    return empty(EMPTYING, organization_id, visitor_id, until)


def erase_postbacks(organization_id: int, visitor_id: int) -> int:
    """Of the postbacks booked for the visitor's conversions, how many had anything to take out. Errors: WarehouseUnavailable."""
    changed = 0
    for postback in _postbacks(organization_id, visitor_id).iterator():
        line = bytes(postback.line)
        less = without_person(line)
        if less != line:
            changed += Postback.objects.filter(pk=postback.pk).update(line=less)
    return changed


def without_person(line: bytes) -> bytes:
    """The line of a postback without address, headers and parameters of people. Done again it is the same."""
    said = orjson.loads(line)
    headers = [pair for pair in said["headers"] if pair[0].lower() == READ_BY_TYPE]
    said |= {"ip": "", "headers": headers, "withheld": [], "query": _without_names(said["query"])}
    content_type = headers[0][1] if headers else ""
    said["body"] = body_without(content_type, said["body"].encode("latin-1"), _is_personal).decode("latin-1")
    return orjson.dumps(said)


def told_of(organization_id: int, visitor_id: int) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Rows of conversions, and the postbacks behind them, each with the word of what it is. Errors: WarehouseUnavailable."""
    key = ("happened_at", "conversion_id")
    for row in rows_of("conversions", CONVERSIONS.columns, organization_id, visitor_id, key=key):
        yield "conversion", row
    for postback in _postbacks(organization_id, visitor_id).iterator():
        yield "postback", orjson.loads(bytes(postback.line))


def _postbacks(organization_id: int, visitor_id: int) -> Any:
    _, found = ask(
        IDS.replace("{{visitor}}", OF_VISITOR),
        {"organization_id": organization_id, "visitor_id": visitor_id},
        {"log_comment": "visitor_conversions"},
    )
    ids = [conversion_id for (conversion_id,) in found]
    booked = Booking.objects.filter(conversion_id__in=ids, conversion__organization_id=organization_id)
    return Postback.objects.filter(organization_id=organization_id, pk__in=booked.values("postback_id")).order_by("pk")


def _without_names(query: str) -> str:
    return "&".join(part for part in query.split("&") if not _is_personal(unquote_plus(part.partition("=")[0])))


def _is_personal(name: str) -> bool:
    """Also where it stands inside something else, as in `customer.email`."""
    return any(word.strip() in PERSONAL for word in name.lower().split("."))

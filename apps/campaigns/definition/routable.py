"""What a routing rule may name: every field but those that are decided after it, or by it."""

from collections.abc import Iterator

from apps.ingress.rules import FIELDS

LATER = frozenset(
    {
        "landing_page",
        "destination",
        "status",
        "reason",
        "routed_campaign_id",
        "routed_version",
        "rule_id",
        "destination_id",
    }
)
ROUTABLE: tuple[str, ...] = tuple(name for name in FIELDS if name not in LATER)


def later_fields(document: object, pointer: str) -> Iterator[tuple[str, str]]:
    """Pointer and name of each such field in the document of a rule that was parsed."""
    match document:
        case {"field": str(name)} if name in LATER:
            yield f"{pointer}/field", name
        case dict():
            for key, part in document.items():
                yield from later_fields(part, f"{pointer}/{key}")
        case list():
            for place, part in enumerate(document):
                yield from later_fields(part, f"{pointer}/{place}")

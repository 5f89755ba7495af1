"""Lists page by page. A cursor says after which row the next page begins, so nothing comes twice while rows are added."""

import re
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from rest_framework import serializers

from apps.campaigns.api.door import Asked

Row = TypeVar("Row", bound=Model)
PAGE, PAGE_MAX = 50, 200
CURSOR = re.compile(r"[1-9]\d{0,17}", re.ASCII)


class PageQuery(Asked):
    cursor = serializers.CharField(required=False, help_text="`next_cursor` of the page before.")
    limit = serializers.IntegerField(required=False, default=PAGE, min_value=1, max_value=PAGE_MAX)

    def validate_cursor(self, value: str) -> int:
        if not CURSOR.fullmatch(value):
            raise serializers.ValidationError("This cursor was not given out by us.")
        return int(value)


def page(rows: QuerySet[Row], said: dict[str, Any], *, by: str = "pk") -> tuple[list[Row], str | None]:
    """The rows with the largest `by` after the cursor, and the cursor of the next page, None after the last. Cost: one query."""
    after = {f"{by}__lt": said["cursor"]} if "cursor" in said else {}
    limit = said["limit"]
    found = list(rows.filter(**after).order_by(f"-{by}")[: limit + 1])
    return found[:limit], str(getattr(found[limit - 1], by)) if len(found) > limit else None

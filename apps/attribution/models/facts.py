"""The two tables of money in ClickHouse. Their rows are only added: what was wrong is taken back by its inverse.

Reports are plain sums over the signed columns, and right at any moment: see docs/decisions/0011-money-is-signed-rows.md.
"""

from typing import Any

from clickhouse_backend import models as clickhouse
from django.db import models

from apps.attribution.click_columns import CLICK_FIELDS
from apps.ingress.models import StoredEvent

MONEY: dict[str, int] = {"max_digits": 18, "decimal_places": 4}
RATE: dict[str, int] = {"max_digits": 18, "decimal_places": 8}


def _word() -> Any:
    return clickhouse.StringField(low_cardinality=True)


def _as_of_the_event(name: str) -> Any:
    """The same column as in `events`."""
    field = StoredEvent._meta.get_field(name)
    _, _, arguments, options = field.deconstruct()
    options.pop("primary_key", None)
    return type(field)(*arguments, **options)


class _Clicked(clickhouse.ClickhouseModel):  # type: ignore[misc]
    """Every column of `events` that a conversion copies, under its own name; empty when no click is matched."""

    class Meta:
        abstract = True


for _name in CLICK_FIELDS:
    _Clicked.add_to_class(_name, _as_of_the_event(_name))


class StoredConversion(_Clicked):
    """One row of a conversion: what it counts for, or the inverse of an earlier row. `change` numbers a conversion's rows from 1.

    `status` and `reason` are the click's, as in `events`; the conversion's own are `conversion_status` and `conversion_reason`.
    """

    conversion_id = clickhouse.UInt64Field(primary_key=True, help_text="the row of PostgreSQL")
    organization_id = clickhouse.UInt32Field()
    change = clickhouse.UInt32Field(help_text="with the conversion's id this names the row")
    sign = clickhouse.Int8Field(help_text="1, or -1 when the row takes an earlier one back")
    happened_at = clickhouse.DateTime64Field(precision=3, help_text="of the first postback; the same on all its rows")
    recorded_at = clickhouse.DateTime64Field(precision=3, help_text="when the row was booked")
    clicked_at = clickhouse.DateTime64Field(precision=3, help_text="of the matched click; 1970 when there is none")
    network_id = clickhouse.UInt32Field()
    txid = clickhouse.StringField(help_text="empty when the network sends none")
    goal = _word()
    conversion_status = clickhouse.StringField(low_cardinality=True, help_text="lead, sale, rejected or rebill")
    conversion_reason = clickhouse.StringField(low_cardinality=True, help_text="why this row was booked, one word")
    payout = clickhouse.DecimalField(**MONEY, help_text="what the network said, in `currency`")
    currency = _word()
    rate = clickhouse.DecimalField(**RATE, help_text="organization's currency for one of `currency`; 0 when unknown")
    conversions = clickhouse.Int8Field(help_text="to sum: lead, sale and rebill count 1, rejected 0")
    sales = clickhouse.Int8Field(help_text="to sum: sale and rebill count 1")
    rejected = clickhouse.Int8Field(help_text="to sum: rejected counts 1")
    revenue = clickhouse.DecimalField(**MONEY, help_text="to sum: of sale and rebill, organization's currency")
    pending = clickhouse.DecimalField(**MONEY, help_text="to sum: of leads, organization's currency")
    cost = clickhouse.DecimalField(**MONEY, help_text="to sum: of whatever status, organization's currency")

    class Meta:
        db_table = "conversions"
        verbose_name = "conversion"
        ordering = ("-happened_at", "-conversion_id", "-change")
        engine = clickhouse.MergeTree(
            primary_key=("organization_id", "happened_at"),
            order_by=("organization_id", "happened_at", "conversion_id", "change"),
            partition_by=models.Func("happened_at", function="toYYYYMM"),
        )

    def __str__(self) -> str:
        return f"{self.conversion_id}.{self.change}"


class StoredCost(clickhouse.ClickhouseModel):  # type: ignore[misc]
    """What one row of an upload says was spent, or the inverse of that when the upload was undone."""

    upload_id = clickhouse.UInt64Field(primary_key=True, help_text="the row of PostgreSQL")
    organization_id = clickhouse.UInt32Field()
    row = clickhouse.UInt32Field(help_text="of the file, from 1; with upload and sign this names the row")
    sign = clickhouse.Int8Field(help_text="1, or -1 when the upload was undone")
    happened_at = clickhouse.DateTime64Field(precision=3, help_text="noon of the day in the organization's time zone")
    recorded_at = clickhouse.DateTime64Field(precision=3)
    cost = clickhouse.DecimalField(**MONEY, help_text="to sum: organization's currency")
    amount = clickhouse.DecimalField(**MONEY, help_text="what the file said, in `currency`, with the row's sign")
    currency = _word()
    rate = clickhouse.DecimalField(**RATE, help_text="organization's currency for one of `currency`; 0 when unknown")
    source = _word()
    medium = _word()
    channel = _word()
    utm_campaign = _word()
    utm_content = clickhouse.StringField()
    utm_term = clickhouse.StringField()
    campaign_key = _word()
    link_key = clickhouse.StringField()
    country = _word()
    device_type = _word()
    ad_network = _word()
    landing_page = _word()

    class Meta:
        db_table = "costs"
        verbose_name = "cost"
        ordering = ("-happened_at", "-upload_id", "-row")
        engine = clickhouse.MergeTree(
            primary_key=("organization_id", "happened_at"),
            order_by=("organization_id", "happened_at", "upload_id", "row"),
            partition_by=models.Func("happened_at", function="toYYYYMM"),
        )

    def __str__(self) -> str:
        return f"{self.upload_id}.{self.row}"

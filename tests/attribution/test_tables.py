"""The tables of money agree with the table of events."""

import pytest
from clickhouse_driver import Client

from apps.attribution.click_columns import CLICK_FIELDS, LEFT_OUT
from apps.ingress.event import FIELDS
from apps.ingress.warehouse.connection import client

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])


def columns(table: str) -> dict[str, str]:
    asked: Client = client()
    return dict(
        asked.execute(
            "SELECT name, type FROM system.columns WHERE database = currentDatabase() AND table = {t:String}",
            {"t": table},
        )
    )


def test_a_conversion_copies_every_column_of_its_click_under_the_same_name_and_type() -> None:
    events, conversions = columns("events"), columns("conversions")

    assert {name: conversions.get(name) for name in CLICK_FIELDS} == {name: events[name] for name in CLICK_FIELDS}


def test_what_is_left_out_are_fields_of_an_event() -> None:
    assert set(FIELDS) >= LEFT_OUT
    assert set(CLICK_FIELDS) | LEFT_OUT == set(FIELDS)

"""What somebody who types is offered."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from apps.analytics.query import BadQuery, Query, answer, dimension_of, values_of
from apps.analytics.span import Span
from apps.ingress.rules import Every, Term
from tests.analytics.make import NOON, a_bot, a_click, a_warehouse, stored

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])

WEEK = Span.last_days(7, now=NOON, zone=ZoneInfo("UTC"))
YESTERDAY = NOON - timedelta(days=1)


def test_values_begin_so_whatever_their_case_most_frequent_first():
    warehouse = a_warehouse()
    mine = warehouse.organization_id
    stored(
        a_click(YESTERDAY, organization=mine, city="Munich", region="BY", country="DE"),
        a_bot(YESTERDAY, organization=mine, city="Munich", region="BY", country="DE"),
        a_click(YESTERDAY, organization=mine, city="Münster", region="NW", country="DE"),
        a_click(YESTERDAY, organization=mine, city="Berlin", region="BE", country="DE"),
    )

    assert [(value.text, value.clicks) for value in values_of(warehouse, "city", "mu", WEEK)] == [("Munich, BY, DE", 2)]
    assert [value.key for value in values_of(warehouse, "city", "MÜ", WEEK)] == ["DE\x1fNW\x1fMünster"]
    assert len(values_of(warehouse, "city", "", WEEK)) == 3


def test_at_most_twenty_and_none_of_them_empty():
    warehouse = a_warehouse()
    mine = warehouse.organization_id
    stored(*(a_click(YESTERDAY, organization=mine, parameters={"sub1": f"v{n}"}) for n in range(30)))
    stored(a_click(YESTERDAY, organization=mine))

    found = values_of(warehouse, "parameter:sub1", "v", WEEK)

    assert len(found) == 20
    assert values_of(warehouse, "parameter:sub2", "", WEEK) == []


def test_a_dimension_nobody_knows_is_refused():
    with pytest.raises(BadQuery):
        values_of(a_warehouse(), "planet", "", WEEK)


def test_a_value_knows_its_rule_and_its_words():
    city, hour, weekday = dimension_of("city"), dimension_of("hour_of_day"), dimension_of("weekday")
    assert city
    assert hour
    assert weekday

    assert city.rule("DE\x1fBY\x1fMunich") == Every(
        (Term("country", "is", "DE"), Term("region", "is", "BY"), Term("city", "is", "Munich"))
    )
    assert (hour.text("07"), weekday.text("7"), hour.rule("07")) == ("07:00", "Sunday", None)


def test_a_number_is_told_in_digits_and_nothing_as_everywhere():
    rule = dimension_of("rule")
    assert rule

    assert (rule.rule("7"), rule.rule("")) == (Term("rule_id", "is", 7), Term("rule_id", "is_empty"))


def test_clicks_are_told_apart_by_what_routed_them():
    warehouse, routed = a_warehouse(), {"routed_campaign_id": 5, "rule_id": 3, "destination_id": 2, "routed_version": 1}
    stored(
        a_click(YESTERDAY, organization=warehouse.organization_id, **routed),
        a_click(YESTERDAY, organization=warehouse.organization_id),
    )

    found = answer(warehouse, Query(WEEK, dimensions=("routed_campaign", "rule", "destination")))

    assert sorted(row.key for row in found.rows) == [("", "", ""), ("5", "3", "2")]
    assert [value.key for value in values_of(warehouse, "rule", "", WEEK)] == ["3"]

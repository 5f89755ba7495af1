from dataclasses import dataclass

import pytest

from apps.ingress.warehouse.errors import QuestionTooLarge, WarehouseUnavailable
from apps.ingress.warehouse.reader import Warehouse
from apps.ingress.warehouse.writer import store_events
from tests.ingress.make import an_event, an_organization_id

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])


@dataclass(frozen=True)
class Queries:
    clicks: int
    query: str


ASKED = "SELECT query, count() AS clicks FROM events WHERE {{scope}} AND query != {without:String} GROUP BY query ORDER BY query"


def asked(organization_id: int, without: str = "") -> list[Queries]:
    return Warehouse(organization_id).rows(ASKED, Queries, {"without": without}, name="test")


def stored(organization_id: int, *queries: str) -> None:
    store_events(
        [an_event(organization_id=organization_id, query=query) for query in queries], token=f"reader-{organization_id}"
    )


def test_rows_come_back_as_the_dataclass_whatever_the_order_of_columns() -> None:
    organization_id = an_organization_id()
    stored(organization_id, "a=1", "a=1", "b=2")

    assert asked(organization_id) == [Queries(2, "a=1"), Queries(1, "b=2")]


def test_another_organizations_rows_are_never_seen() -> None:
    mine, theirs = an_organization_id(), an_organization_id()
    stored(theirs, "secret=1")

    assert asked(mine) == []


@pytest.mark.parametrize(
    "value", ["' OR 1=1 --", "{organization_id:UInt32}", "\\", "%s", "a=1'", "日本", "\x00", "a\nb"]
)
def test_a_value_is_a_value_and_never_a_part_of_the_question(value: str) -> None:
    organization_id = an_organization_id()
    stored(organization_id, "a=1", value)

    assert asked(organization_id, without=value) == [Queries(1, "a=1")]


def test_a_question_without_its_scope_is_not_asked() -> None:
    with pytest.raises(AssertionError, match="would read every organization"):
        Warehouse(1).rows("SELECT count() AS clicks, '' AS query FROM events", Queries, name="careless")


def test_bytes_that_are_no_text_can_be_read_by_people() -> None:
    organization_id = an_organization_id()
    stored(organization_id, b"q=\xff".decode("utf-8", "surrogateescape"))

    assert asked(organization_id) == [Queries(1, "q=\\xff")]


def test_a_question_that_runs_into_a_limit_says_so() -> None:
    endless = "SELECT count() AS clicks, toString(sleepEachRow(1)) AS query FROM events WHERE {{scope}} GROUP BY query"
    organization_id = an_organization_id()
    stored(organization_id, *(str(n) for n in range(3)))

    with pytest.raises(QuestionTooLarge):
        Warehouse(organization_id, max_execution_s=1).rows(endless, Queries, name="endless")


@pytest.mark.usefixtures("clickhouse_away")
def test_a_store_that_is_away_is_said_to_be_away() -> None:
    with pytest.raises(WarehouseUnavailable):
        asked(1)

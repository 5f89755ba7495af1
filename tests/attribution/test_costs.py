"""Costs by upload: preview, apply, undo; each row once, whatever breaks in between."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from apps.attribution import costs
from apps.attribution.cost_mapping import Reading
from apps.attribution.models import CostUpload
from apps.attribution.tasks import finish_cost_uploads
from apps.ingress.warehouse.connection import client
from apps.ingress.warehouse.errors import WarehouseUnavailable
from tests.attribution.make import NOON, an_organization_of_its_own

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])
FILE = (
    b"day,cost,currency,source,medium,campaign\n"
    b"2024-01-05,10,EUR,google,cpc,Spring\n2024-01-06,20,USD,google,cpc,Spring\nbad,1,EUR,,,\n"
)


def an_upload(data: bytes = FILE, **organization: str) -> CostUpload:
    return costs.take_in(an_organization_of_its_own(**organization), "costs.csv", data)


def applied(upload: CostUpload) -> CostUpload:
    costs.apply(upload, Reading.load(upload.mapping), NOON)
    return upload


def total(upload: CostUpload, where: str = "1") -> Decimal:
    sql = f"SELECT sum(cost) FROM costs WHERE organization_id = {upload.organization_id} AND {where}"
    found: Decimal = client().execute(sql)[0][0]
    return found


def test_a_preview_says_what_applying_will_do_and_stores_nothing() -> None:
    upload = an_upload()

    seen = costs.preview(upload, Reading.load(upload.mapping), NOON)

    assert (seen.rows, seen.bad_rows, seen.totals) == (2, 1, {"EUR": Decimal(10), "USD": Decimal(20)})
    assert [error.row for error in seen.errors] == [4]
    assert seen.total == Decimal("28.3133")
    assert total(upload) == 0


def test_applied_costs_are_in_the_organization_s_currency() -> None:
    upload = applied(an_upload())

    assert upload.status == "applied"
    assert total(upload) == Decimal("28.3133")
    assert total(upload, "utm_campaign = 'spring' AND source = 'google' AND channel = 'Paid Search'") == Decimal(
        "28.3133"
    )
    upload.organization.refresh_from_db()
    assert upload.organization.money_since == NOON


def test_a_cost_lies_at_noon_of_its_day_where_the_organization_is() -> None:
    upload = applied(an_upload(time_zone="Pacific/Auckland"))

    moment = int(datetime(2024, 1, 4, 23, tzinfo=UTC).timestamp())
    assert total(upload, f"happened_at = toDateTime64({moment}, 3)") == 10


def test_undone_costs_sum_to_nothing_and_their_rows_stay() -> None:
    upload = applied(an_upload())

    costs.undo(upload, NOON + timedelta(days=1))

    assert upload.status == "undone"
    assert total(upload) == 0
    assert total(upload, "sign > 0") == Decimal("28.3133")


def test_an_upload_counts_once() -> None:
    upload = applied(an_upload())

    with pytest.raises(costs.NotApplicable, match="applied before"):
        applied(upload)

    assert total(upload) == Decimal("28.3133")


def test_what_does_not_count_cannot_be_undone() -> None:
    with pytest.raises(costs.NotApplicable):
        costs.undo(an_upload(), NOON)


def test_a_file_without_a_row_that_can_be_read_is_not_applied() -> None:
    with pytest.raises(costs.NotApplicable, match="No row"):
        applied(an_upload(b"day,cost\nbad,1\n"))


def test_the_same_file_again_is_told() -> None:
    first = applied(an_upload())
    second = costs.take_in(first.organization, "again.csv", FILE)

    assert costs.same_file(second) == first
    costs.undo(first, NOON)
    assert costs.same_file(second) is None


def test_the_same_file_of_another_organization_is_none_of_ours() -> None:
    applied(an_upload())

    assert costs.same_file(an_upload()) is None


@pytest.mark.parametrize("status", ["applying", "undoing"])
def test_what_was_broken_off_is_finished_once(status: str) -> None:
    upload = applied(an_upload())
    CostUpload.objects.filter(pk=upload.pk).update(status=status, undone_at=NOON)

    assert finish_cost_uploads() == 1

    upload.refresh_from_db()
    assert upload.status == {"applying": "applied", "undoing": "undone"}[status]
    assert total(upload) == (Decimal("28.3133") if status == "applying" else 0)


def test_while_clickhouse_is_away_an_upload_waits_half_applied(clickhouse_away: None) -> None:
    upload = an_upload()

    with pytest.raises(WarehouseUnavailable):
        applied(upload)

    upload.refresh_from_db()
    assert upload.status == "applying"

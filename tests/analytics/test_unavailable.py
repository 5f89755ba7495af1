"""When a service is down the pages say so, and nothing else breaks."""

import pytest
from django.test import Client

from tests.accounts import make

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])

HTMX = {"HX-Request": "true"}
PARTS = [
    "/reports/totals", "/reports/over-time", "/reports/hours", "/reports/movers", "/reports/breakdown/sources",
    "/reports/breakdown/places", "/reports/onboarding", "/reports/link-clicks/summer", "/explore/answer", "/live/events", "/events",
    "/events/1",
]  # fmt: skip


@pytest.mark.usefixtures("clickhouse_is_down")
@pytest.mark.parametrize("path", PARTS)
def test_a_part_becomes_an_error_card_with_retry(page: Client, path: str):
    answer = page.get(path, headers=HTMX)

    assert answer.status_code == 200
    assert "ClickHouse does not answer" in answer.text
    assert f'hx-get="{path}"' in answer.text


@pytest.mark.usefixtures("clickhouse_is_down")
@pytest.mark.parametrize("path", ["/live/events", "/reports/onboarding"])
def test_what_was_polled_goes_on_asking(page: Client, path: str):
    assert "poll from:body" in page.get(path, headers=HTMX).text


@pytest.mark.usefixtures("clickhouse_is_down")
def test_a_page_is_asked_for_again_as_a_whole(page: Client):
    assert "hx-get" not in page.get("/events/1").text.partition("<main")[2].partition("</main>")[0]


@pytest.mark.usefixtures("clickhouse_is_down")
@pytest.mark.parametrize("path", PARTS)
def test_a_page_that_has_nothing_else_answers_503(page: Client, path: str):
    answer = page.get(path)

    assert answer.status_code == 503
    assert "Nothing is lost" in answer.text


@pytest.mark.usefixtures("clickhouse_is_down")
@pytest.mark.parametrize("path", ["/", "/live", "/explore"])
def test_pages_made_of_cards_open_all_the_same(page: Client, path: str):
    assert page.get(path).status_code == 200


@pytest.mark.usefixtures("clickhouse_is_down")
@pytest.mark.parametrize("path", ["/events", "/explore", "/reports/totals", "/reports/breakdown/sources"])
def test_an_export_does_not_pretend_to_be_empty(page: Client, path: str):
    assert page.get(f"{path}?format=csv").status_code == 503


@pytest.mark.usefixtures("redis_is_down")
@pytest.mark.parametrize("path", ["/", "/explore", "/live/events", "/events"])
def test_without_redis_the_stamp_is_unknown(page: Client, path: str):
    answer = page.get(path)

    assert answer.status_code == 200
    assert "unknown, Redis does not answer" in answer.text


@pytest.mark.usefixtures("clickhouse_is_down", "redis_is_down")
@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/system", "For staff"),
        ("/system/services", "down"),
        ("/system/pipeline", "ClickHouse does not answer"),
        ("/system/pipeline", "Redis does not answer"),
        ("/system/workers", "broker"),
    ],
)
def test_the_system_page_says_what_is_down(client: Client, path: str, words: str):
    make.signed_in(client, make.staff())

    answer = client.get(path)

    assert answer.status_code == 200
    assert words in answer.text

"""The redirect's budget: no PostgreSQL, no ClickHouse, no Redis round trip, nothing after the answer.

A postback is decided and kept under the same budget; its answer alone may ask Redis whether it is a repeat, with a deadline.
pytest-django refuses any use of a database in a test without the mark `django_db`; only the last test here has it.
"""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.test import RequestFactory

from apps.accounts.models import User
from apps.ingress.broker import broker
from apps.ingress.middleware import TrackedLinks
from apps.ingress.postbacks.door import Body
from apps.ingress.process import this_process
from tests.house import sources
from tests.house.watch import watched
from tests.ingress import make
from tests.ingress.plans import make as plans
from tests.ingress.postbacks import a_network_unit

KEY = "house-budget"
CAMPAIGN_KEY = "house-campaign"
CAMPAIGN = 990_000
TARGETS = {
    "a link": f"/in/{KEY}?utm_source=news&sub1=a%20b",
    "an unknown key": "/in/house-unknown",
    "a destination of the visitor's": f"/in/{KEY}?to=https://example.com/there",
    "a signed destination": f"/in/{KEY}?to=https://elsewhere.example/&exp=4102444800&sig=wrong",
    "nobody's traffic": "/in",
    "a campaign": f"/in/{CAMPAIGN_KEY}?utm_source=news&sub1=a%20b",
    "something hostile": "/in/%00%0d%0aSet-Cookie:%20a=b?to=javascript:alert(1)",
}
POSTBACKS = {
    "an accepted one": f"/postback/{KEY}?txid=1&return=yes",
    "a pixel": f"/postback.gif/{KEY}?txid=1",
    "a signed one": "/postback/house-signed?txid=1&sig=00",
    "an unknown key": "/postback/house-unknown?txid=1",
    "no key": "/postback?txid=1",
}


def a_campaign():
    """A document whose rules, caps, choice and destinations ask for everything there is."""
    cap = {"of": "clicks", "per": "day", "limit": 10**9}
    conditions = [{"field": name, "op": "is_empty"} for name in ("country", "channel", "kind", "campaign_key")]
    rules = [
        plans.a_rule(
            11 + place, 2, 3, when={"not": {"any": [condition, {"field": "browser", "op": "is_empty"}]}}, caps=[cap]
        )
        for place, condition in enumerate(conditions)
    ]
    url = "https://shop.example/?c={country}&d={device}&k={campaign}"
    destinations = [plans.a_destination(number, url=url, caps=[cap]) for number in (1, 2, 3)]
    forwarded = {"others": "forward", "named": []}
    return plans.a_document(
        *rules, destinations=destinations, fallback=plans.shares(1, 2, 3), caps=[cap], parameters=forwarded
    )


def add_campaign(table):
    table.apply("organization:990", make.an_organization_unit(key=KEY))
    table.apply(f"campaign:{CAMPAIGN}", plans.a_unit(a_campaign(), organization_id=990))
    link = make.a_link_unit(organization_id=990, destination="", campaign_id=CAMPAIGN)
    table.apply(f"link:{CAMPAIGN_KEY}", link)


@pytest.fixture(scope="module")
def process():
    """The one of this process, with links that were published long ago."""
    process = this_process()
    table = process.desk.table
    add_campaign(table)
    table.apply(f"link:{KEY}", make.a_link_unit(organization_id=990))
    table.apply(f"network:{KEY}", a_network_unit(addresses=["0.0.0.0/0"]))
    table.apply("network:house-signed", a_network_unit(secret="s3cret"))
    yield process
    for name in (
        f"link:{KEY}",
        f"link:{CAMPAIGN_KEY}",
        f"campaign:{CAMPAIGN}",
        f"network:{KEY}",
        "network:house-signed",
    ):
        table.apply(name, None)
    table.apply("organization:990", None)


@pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS)
def test_the_desk_asks_nobody(target):
    table = make.a_table()
    add_campaign(table)
    desk = make.a_desk(table)
    request = make.a_request(target)

    with watched() as touched:
        answer = desk.answer(request)

    assert answer.line
    assert not touched, (
        f"answering touched {sorted(touched)}: move it to the store task, or publish what it needs downwards"
    )


@pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS)
def test_keeping_the_click_asks_nobody(process, target):
    request = make.a_request(target)
    kept = process.spool.kept

    with watched() as touched:
        process.answer_and_keep(request)

    assert process.spool.kept == kept + 1
    assert not touched, f"keeping touched {sorted(touched)}: shipping belongs to the shipper's thread"


@pytest.mark.parametrize("target", POSTBACKS.values(), ids=POSTBACKS)
@pytest.mark.parametrize("body", [b"", b"payout=12.5&status=sale", b'{"payout": 12.5}', b"{"])
def test_deciding_and_keeping_a_postback_asks_nobody(process, target, body):
    request = make.a_request(target, method="POST", content_type="application/json" if body[:1] == b"{" else "")
    kept = process.spool.kept

    with watched() as touched:
        process.take_postback(request, Body(body))

    assert process.spool.kept == kept + 1
    assert not touched, f"a postback touched {sorted(touched)}: what it means is found out later, by whoever books it"


@pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS)
def test_the_middleware_asks_nobody(process, target):
    middleware = TrackedLinks(lambda request: pytest.fail("a tracked link went on to the pages"))
    request = RequestFactory().get(target, REQUEST_URI=target)

    with watched() as touched:
        response = middleware(request)

    assert response["Cache-Control"] == "no-store"
    assert not touched, f"the middleware touched {sorted(touched)}"


def test_the_whole_way_through_django_asks_nobody_and_does_nothing_after_the_answer(process):
    environ = RequestFactory().get(f"/in/{KEY}").environ

    with ThreadPoolExecutor(1) as fresh:  # a thread without connections of other tests
        status, touched = fresh.submit(_served, environ).result()

    assert status == 302
    assert not touched, f"a tracked link touched {sorted(touched)}: TrackedLinks must stay first in MIDDLEWARE"


def test_tracked_links_come_before_every_other_middleware(settings):
    assert settings.MIDDLEWARE[0] == "apps.ingress.middleware.TrackedLinks"


def test_the_worker_touches_no_store_itself():
    found = [name for _, name in sources.imports(sources.ROOT / "apps/ingress/worker.py")]

    assert not [
        name for name in found if name.split(".")[0] in ("redis", "celery", "kombu", "clickhouse_driver", "django")
    ]


def test_the_watch_itself_sees_a_round_trip_to_redis():
    with watched() as touched:
        broker().ping()

    assert {"redis: ping", "socket.sendall"} <= touched


@pytest.mark.django_db
def test_the_watch_itself_sees_a_query():
    with watched() as touched:
        User.objects.exists()

    assert "psycopg: execute" in touched


def _served(environ):
    """Status, and what was touched until the server let go of the response."""
    application = WSGIHandler()
    with watched() as touched:
        response = application(environ, lambda status, headers: None)
        list(response)
        response.close()
    return response.status_code, touched

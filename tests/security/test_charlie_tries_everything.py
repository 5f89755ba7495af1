"""Charlie has all that Alice has, in an organization of his own, and puts the names of her things wherever a name can be put:
into addresses, forms, JSON, queries, jobs. What he may try comes from the table of addresses, from the forms on his own pages and
from the API's own description, not from a list.
"""

import json
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import Resolver404, resolve
from django.utils import timezone
from drf_spectacular.generators import SchemaGenerator

from apps.attribution.models import Edition, WebhookDelivery
from apps.attribution.webhooks import events
from apps.ingress import jobs
from apps.ingress.models import Job
from tests.accounts import make
from tests.security.addresses import path, places, routes
from tests.security.belongings import owned, strays, things_of
from tests.security.conftest import SECRET, Acme
from tests.security.forms import Form, forms_on
from tests.security.rules import OURS, PROGRAMS, Who, routes_for
from tests.security.test_other_organizations import NEVER_WAS

OF_MEMBERS = routes_for(Who.MEMBER, Who.WRITER, Who.MANAGER)
PAGES = routes_for(Who.MEMBER, Who.WRITER, Who.MANAGER, methods=("GET",), among=OURS)
NAMING = [route for route in OF_MEMBERS if places(route)]
# What these name, everybody has: clicks of any key, and a card of one's own.
OF_EVERYBODY = {"reports/link-clicks/<str:key>", "reports/breakdown/<slug:group>"}
# This wants a second campaign in its query.
NOT_EVEN_FOR_ALICE = {"reports/campaigns/<slug:key>/comparison"}


@pytest.fixture
def browser(client: Client, twin: Acme) -> Client:
    return make.signed_in(client, twin.owner)


def text(answer: HttpResponse) -> str:
    return answer.getvalue().decode(errors="replace")


@contextmanager
def acme_is_untouched(acme: Acme) -> Iterator[None]:
    before = things_of(acme.organization)
    yield
    assert things_of(acme.organization) == before
    assert strays() == []


def names_of(acme: Acme) -> dict[str, set[str]]:
    """What acme's things are called, numbers and keys apart."""
    called = {str(name) for route in routes() for name in acme.names(route).values()} | {str(acme.organization.pk)}
    called |= {str(number) for number in acme.objects.values()} | {acme.organization.key, str(acme.event.visitor_id)}
    return {
        "number": {name for name in called if name.isdecimal()},
        "key": {acme.link.key, acme.key.key_id, acme.organization.key},
    }


def test_what_is_looked_at_is_not_little(acme: Acme) -> None:
    """Or the tests below would be content with nothing."""
    assert len(NAMING) > 60
    assert len(owned()) > 15
    assert sum(len(rows) for rows in things_of(acme.organization).values()) > 20


def test_alice_finds_what_charlie_does_not(client: Client, acme: Acme) -> None:
    """Or an address that is broken for all would pass for one that is closed to him."""
    make.signed_in(client, acme.owner)

    asked = [route for route in NAMING if "GET" in OURS[route][1]]
    absent = {route for route in asked if client.get(path(route, acme.names(route))).status_code == 404}

    assert absent <= NOT_EVEN_FOR_ALICE


def test_every_address_that_names_a_thing_of_acme_is_absent_by_every_method(browser: Client, acme: Acme) -> None:
    tried = [(route, method) for route in NAMING if route not in OF_EVERYBODY for method in OURS[route][1]]

    with acme_is_untouched(acme):
        answers = {each: browser.generic(each[1], path(each[0], acme.names(each[0]))).status_code for each in tried}

    assert {each: status for each, status in answers.items() if status != 404} == {}


def test_every_address_of_the_api_that_names_a_thing_of_acme_is_absent(client: Client, acme: Acme, twin: Acme) -> None:
    naming = [route for route in routes_for(*PROGRAMS) if places(route)]
    tried = [(route, method) for route in naming for method in OURS[route][1]]
    sent = {"content_type": "application/json", "headers": {"Authorization": f"Bearer {twin.token}", "If-Match": "*"}}

    def answer(route: str, method: str, names: dict[str, Any]) -> tuple[int, str]:
        said = client.generic(method, path(route, names), "{}", **sent)
        return said.status_code, re.sub(r'"request_id":"[^"]*"|"instance":"[^"]*"', "", text(said))

    with acme_is_untouched(acme):
        hers = {each: answer(*each, acme.names(each[0])) for each in tried}

    # A body that says nothing is refused before anything is looked up, whatever the name.
    assert {each for each in tried if hers[each][0] != 404 and hers[each] != answer(*each, NEVER_WAS)} == set()


def test_no_page_and_no_export_has_a_word_of_acme_in_it_though_alice_has_just_looked(
    client: Client, acme: Acme, twin: Acme
) -> None:
    """What she asked is in every cache there is."""
    for query in ({"kinds": "all"}, {"kinds": "all", "format": "csv"}):
        make.signed_in(client, acme.owner)
        hers = [text(client.get(path(route, acme.names(route)), query)) for route in PAGES]
        make.signed_in(client, twin.owner)
        his = {route: text(client.get(path(route, twin.names(route)), query)) for route in PAGES}

        assert sum(SECRET in page for page in hers) > 20
        assert [route for route, page in his.items() if SECRET in page] == []


def forms_of(browser: Client, twin: Acme) -> list[Form]:
    """Every form on every page of Charlie's, once for each address and set of names."""
    found: dict[Any, Form] = {}
    for route in PAGES:
        address = path(route, twin.names(route))
        for form in forms_on(text(browser.get(address, {"kinds": "all"}))):
            form.action = form.action or address
            found[_route_of(form.action), form.method, *sorted(form.fields | form.choices)] = form
    return [form for form in found.values() if not form.action.startswith("/accounts/logout")]


def _route_of(address: str) -> str:
    try:
        return resolve(address.partition("?")[0]).route
    except Resolver404:
        return address


@contextmanager
def taken_back() -> Iterator[None]:
    """What is written is gone afterwards: the next thing that is tried finds everything as it was."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def numbers_first(tries: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """A name may be kept, and shown again as his own; a number shows nothing of hers."""
    return sorted(tries, key=lambda fields: SECRET in str(fields))


def test_no_form_of_his_own_reaches_a_thing_of_acme(browser: Client, acme: Acme, twin: Acme) -> None:
    """Each form is sent as it stands, with one name in it exchanged for each of acme's."""
    hers, his = names_of(acme), names_of(twin)
    others = {"number": sorted(hers["number"] - his["number"])} | {key: sorted(hers["key"]) for key in his["key"]}
    sent, before = 0, things_of(acme.organization)

    with acme_is_untouched(acme):
        for form in forms_of(browser, twin):
            browser.cookies.pop("messages", None)  # what he was told of the last form, with the name he gave
            send = browser.get if form.method == "GET" else browser.post
            with taken_back():
                for fields in numbers_first(form.swapped(others)):
                    sent += 1
                    answer = send(form.action.partition("?")[0] if form.method == "GET" else form.action, fields)
                    assert answer.status_code < 500, (form.action, fields)
                    assert SECRET in str(fields) or SECRET not in text(answer), (form.action, fields)
                assert things_of(acme.organization) == before
                assert strays() == []

    assert sent > 50


def described() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Each address of the API, method by method, as its own description has it."""
    schema = SchemaGenerator().get_schema(request=None, public=True)
    for address, methods in schema["paths"].items():
        yield from ((address, method, said) for method, said in methods.items() if isinstance(said, dict))


def bodies_of(said: dict[str, Any]) -> list[dict[str, Any]]:
    """The examples of the description; an empty one where it has none."""
    content = said.get("requestBody", {}).get("content", {}).get("application/json", {})
    examples = [example["value"] for example in content.get("examples", {}).values()]
    return [example for example in examples if isinstance(example, dict)] or [{}]


def properties_of(said: dict[str, Any], schemas: dict[str, Any]) -> list[str]:
    content = said.get("requestBody", {}).get("content", {}).get("application/json", {})
    reference = content.get("schema", {}).get("$ref", "").rpartition("/")[2]
    return sorted(schemas.get(reference, {}).get("properties", {}))


def test_no_body_and_no_query_of_the_api_reaches_a_thing_of_acme(client: Client, acme: Acme, twin: Acme) -> None:
    schemas = SchemaGenerator().get_schema(request=None, public=True)["components"]["schemas"]
    names = set().union(*names_of(acme).values()) - set().union(*names_of(twin).values())
    sent, before = 0, things_of(acme.organization)

    for address, method, said in described():
        his = path(address.removeprefix("/").replace("{", "<").replace("}", ">"), twin.names(address))
        queries = [one["name"] for one in said.get("parameters", []) if one["in"] == "query"]
        tries = [{name: each} for name in [*queries, *properties_of(said, schemas)] for each in names]
        with taken_back():
            for tried in numbers_first(tries):
                asks = tried.keys() <= {*queries}
                answer = client.generic(
                    method.upper(), his, "" if asks else json.dumps(bodies_of(said)[0] | tried), "application/json",
                    query_params=tried if asks else {}, headers={"Authorization": f"Bearer {twin.token}", "If-Match": "*"},
                )  # fmt: skip
                sent += 1
                assert answer.status_code < 500, (address, tried)
                assert SECRET in str(tried) or SECRET not in text(answer), (address, tried)
            assert things_of(acme.organization) == before
            assert strays() == []

    assert sent > 200


@pytest.mark.parametrize("kind", sorted(jobs._slices))
def test_a_job_of_his_that_names_things_of_acme_does_nothing_to_them(acme: Acme, twin: Acme, kind: str) -> None:
    """No page and no program makes one; a worker does not rely on that."""
    named = {model.rpartition("/")[2]: pk for model, pk in acme.objects.items()}
    job = Job.objects.create(
        kind=kind, organization_id=twin.organization.pk, user_id=twin.owner.user_id, created_at=timezone.now(),
        heartbeat_at=timezone.now(), parameters=named | {"organization": acme.organization.pk},
    )  # fmt: skip

    # Whatever it raises, it must not have done anything.
    with acme_is_untouched(acme), suppress(Exception):
        jobs.work(job.pk, job.turn)

    job.refresh_from_db()
    assert SECRET not in str(job.result)


def test_what_happens_in_acme_is_told_to_acme_alone(acme: Acme, twin: Acme) -> None:
    before = set(WebhookDelivery.objects.values_list("pk", flat=True))

    for edition in Edition.objects.filter(organization=acme.organization):
        events.tell_of_edition(edition, timezone.now())

    told = WebhookDelivery.objects.exclude(pk__in=before).select_related("endpoint")
    assert {each.endpoint.organization_id for each in told} == {acme.organization.pk}
    assert not [
        each for each in WebhookDelivery.objects.filter(endpoint__organization=twin.organization) if SECRET in each.body
    ]


def test_no_page_of_staff_opens_to_an_owner(browser: Client, acme: Acme) -> None:
    answers = {
        route: browser.get(path(route, acme.names(route)), follow=True)
        for route in routes_for(Who.STAFF, Who.PERMITTED)
    }

    assert {route: answer.status_code for route, answer in answers.items() if answer.status_code != 403} == {}

"""The API's documentation: complete, offline and under the policy."""

import re

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def schema() -> dict[str, object]:
    return SchemaGenerator().get_schema(request=None, public=True)


def test_the_page_has_nothing_inline(client: Client):
    page = client.get("/api/docs/").text

    assert re.findall(r"<script(?![^>]*\bsrc=)", page) == []
    assert "<style" not in page
    assert " style=" not in page
    assert not re.search(r"\son\w+=", page)


def test_every_file_of_the_page_is_our_own(client: Client):
    addresses = re.findall(r'(?:src|href)="([^"]+)"', client.get("/api/docs/").text)

    assert all(address.startswith("/") and not address.startswith("//") for address in addresses)
    files = [address.removeprefix("/static/") for address in addresses if "swagger-ui-dist" in address]
    assert len(files) == 2
    assert all(finders.find(name) for name in files)


def test_the_script_of_the_page_is_a_script(client: Client):
    answer = client.get("/api/docs/?script=")

    assert answer["Content-Type"].startswith("application/javascript")
    assert "SwaggerUIBundle" in answer.text


def test_the_schema_is_valid_and_drawn_without_a_warning():
    GENERATOR_STATS.reset()

    validate_schema(SchemaGenerator().get_schema(request=None, public=True))

    assert not GENERATOR_STATS


def test_every_operation_is_described_and_needs_a_key(schema: dict[str, dict[str, dict[str, object]]]):
    operations = [operation for path in schema["paths"].values() for operation in path.values()]

    assert operations
    for operation in operations:
        assert operation["summary"]
        assert operation["security"] == [{"apiKey": []}]


def test_every_filter_of_events_is_documented(schema: dict[str, dict[str, dict[str, object]]]):
    parameters = schema["paths"]["/api/v1/events"]["get"]["parameters"]

    assert {parameter["name"] for parameter in parameters} == {
        "from",
        "to",
        "kind",
        "link",
        "reason",
        "cursor",
        "limit",
    }
    assert all("description" in parameter for parameter in parameters if parameter["name"] != "limit")


def test_problems_are_documented_as_what_they_are(schema: dict[str, dict[str, dict[str, object]]]):
    responses = schema["paths"]["/api/v1/events"]["get"]["responses"]

    assert {"200", "400", "401", "403", "503"} <= set(responses)
    assert list(responses["503"]["content"]) == ["application/problem+json"]

"""What load balancers and `./dev up -d` ask."""

from collections.abc import Iterator

import pytest
from django.conf import LazySettings
from django.db import connections
from django.test import Client

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])

CLOSED_PORT = 1


@pytest.fixture
def clickhouse_is_down() -> Iterator[None]:
    parameters = connections["clickhouse"].settings_dict
    port, parameters["PORT"] = parameters["PORT"], CLOSED_PORT
    yield
    parameters["PORT"] = port


def test_a_process_that_answers_is_alive(client: Client):
    answer = client.get("/healthz")

    assert (answer.status_code, answer.json()) == (200, {"status": "alive"})


def test_ready_when_everything_answers(client: Client):
    answer = client.get("/readyz")

    assert answer.status_code == 200
    assert answer.json()["status"] == "ready"
    assert set(answer.json()["services"]) == {"postgresql", "redis", "clickhouse"}
    assert all(service["up"] and service["ms"] >= 0 for service in answer.json()["services"].values())


@pytest.mark.usefixtures("clickhouse_is_down")
def test_not_ready_without_clickhouse_and_says_so(client: Client):
    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert [name for name, service in answer.json()["services"].items() if not service["up"]] == ["clickhouse"]
    assert answer.json()["services"]["clickhouse"]["error"]


def test_not_ready_without_redis_and_says_so(client: Client, settings: LazySettings):
    settings.REDIS_URL = f"redis://:hush-hush@127.0.0.1:{CLOSED_PORT}/0"

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert not answer.json()["services"]["redis"]["up"]


def test_no_error_tells_a_password(client: Client, settings: LazySettings):
    settings.REDIS_URL = f"redis://:hush-hush@127.0.0.1:{CLOSED_PORT}/0"

    assert "hush-hush" not in client.get("/readyz").text


@pytest.mark.usefixtures("clickhouse_is_down")
def test_a_process_is_alive_whatever_is_down(client: Client):
    assert client.get("/healthz").status_code == 200


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_is_never_cached_and_only_read(client: Client, path: str):
    assert "no-cache" in client.get(path)["Cache-Control"]
    assert client.head(path).status_code == 200
    assert client.post(path).status_code == 405

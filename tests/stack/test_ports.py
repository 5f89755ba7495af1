"""A port that is taken is named, with who has it and the way out."""

import os
import socket
from collections.abc import Iterator

import pytest

from stack import ports
from stack.addresses import chosen_port, wanted_ports
from stack.trouble import Trouble


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_taken_port_is_refused_with_its_holder_and_the_way_out(taken: int) -> None:
    with pytest.raises(Trouble) as caught:
        ports.refuse_taken("ingress", taken, variable="TRELLIS_INGRESS_PORT")

    assert f"port {taken}, wanted for ingress, is taken by" in str(caught.value)
    assert f"pid {os.getpid()}" in str(caught.value)
    assert f"TRELLIS_INGRESS_PORT={taken + 100} ./dev up" in str(caught.value)


def test_a_port_that_listens_on_every_address_is_taken_too() -> None:
    with socket.create_server(("0.0.0.0", 0)) as server:
        assert not ports.is_free(server.getsockname()[1])


def test_free_ports_differ_and_are_free() -> None:
    found = ports.free(20)

    assert len(set(found)) == 20
    assert all(map(ports.is_free, found))


def test_free_ports_are_none_the_kernel_would_give_away() -> None:
    assert all(port < 32768 for port in ports.free(20))


def test_a_port_is_chosen_by_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRELLIS_PAGES_PORT", "8123")
    monkeypatch.delenv("TRELLIS_INGRESS_PORT", raising=False)

    assert (chosen_port("pages"), chosen_port("ingress")) == (8123, 8001)


@pytest.mark.parametrize("words", ["none", "0", "70000", "-1"])
def test_what_is_no_port_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, words: str) -> None:
    monkeypatch.setenv("TRELLIS_PAGES_PORT", words)

    with pytest.raises(Trouble, match=f"TRELLIS_PAGES_PORT={words} is not a port"):
        chosen_port("pages")


def test_a_service_given_by_url_wants_no_port(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("REDIS_URL", raising=False)
    monkeypatch.setenv("CLICKHOUSE_URL", "clickhouse://elsewhere:9000/db")

    assert wanted_ports() == ["postgresql", "redis", "pages", "ingress"]

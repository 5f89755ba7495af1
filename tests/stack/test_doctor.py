"""The doctor says what is missing, and each time how to mend it."""

import socket
from pathlib import Path

import pytest

from stack import doctor
from stack.addresses import PORTS


def report(capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    code = doctor.examine()
    return code, capsys.readouterr().out


def mending(words: str, what: str) -> str:
    lines = words.splitlines()
    return lines[next(number for number, line in enumerate(lines) if line.startswith("MISSING") and what in line) + 1]


@pytest.fixture(autouse=True)
def _nothing_given(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "REDIS_URL", "CLICKHOUSE_URL"):
        monkeypatch.delenv(name, raising=False)
    for variable, _ in PORTS.values():
        monkeypatch.delenv(variable, raising=False)


def test_the_stores_of_this_machine_are_found_with_their_versions(capsys: pytest.CaptureFixture[str]) -> None:
    _, words = report(capsys)

    assert "OK       PostgreSQL: postgres (PostgreSQL) 18" in words
    assert "OK       Redis: Redis server v=" in words
    assert "OK       ClickHouse" in words


def test_a_missing_chromium_is_named_with_the_mending(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    code, words = report(capsys)

    assert code == 1
    assert "apt-get install chromium" in mending(words, "Chromium")


def test_a_taken_port_is_named_with_the_mending(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(doctor, "DATA", Path("/nowhere"))
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        monkeypatch.setenv("TRELLIS_PAGES_PORT", str(port))
        code, words = report(capsys)

    assert code == 1
    assert f"TRELLIS_PAGES_PORT={port + 100} ./dev up" in mending(words, f"port {port} for pages")


def test_a_port_that_is_no_port_is_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(doctor, "DATA", Path("/nowhere"))
    monkeypatch.setenv("TRELLIS_REDIS_PORT", "many")

    _, words = report(capsys)

    assert "TRELLIS_REDIS_PORT=many is not a port" in mending(words, "redis")


def test_a_service_given_by_url_is_not_looked_for(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://elsewhere/db")

    _, words = report(capsys)

    assert "PostgreSQL is given by DATABASE_URL" in words


def test_every_missing_thing_has_a_mending(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(doctor, "NODE_MODULES", tmp_path)
    monkeypatch.setattr(doctor, "VENV", tmp_path)

    code, words = report(capsys)

    missing = [line for line in words.splitlines() if line.startswith("MISSING")]
    assert code == 1
    assert len(missing) >= 4
    assert all(mending(words, line.removeprefix("MISSING").strip()).strip() for line in missing)

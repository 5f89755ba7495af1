"""The audit of dependencies: what a registry tells is a failure, and who tells nothing is named."""

import json
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from stack import audit

WEAK = {"id": "PYSEC-2026-1", "aliases": ["CVE-2026-1"], "fix_versions": ["5.2.20"], "description": "…"}
PIP = {
    "dependencies": [
        {"name": "django", "version": "5.2.19", "vulns": [WEAK]},
        {"name": "redis", "version": "8", "vulns": []},
    ]
}
ADVISORY = {
    "source": 1097,
    "title": "Prototype pollution",
    "severity": "high",
    "url": "https://github.com/advisories/GHSA-1",
}
NPM = {"vulnerabilities": {"lodash": {"range": "<4.17.21", "via": [ADVISORY, "another"]}}}


@pytest.fixture
def registry() -> Iterator[tuple[str, list[tuple[int, bytes]]]]:
    """A server that says what it is told to."""
    says: list[tuple[int, bytes]] = [(404, b"")]

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = says[0]
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            return

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/", says
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (404, b"", "does not answer"),
        (200, b"<html>", "does not answer"),
        (200, b"{}", "knows of no weakness at all"),
        (200, b'{"vulnerabilities": []}', "knows of no weakness at all"),
        (200, b'{"vulnerabilities": [{"id": "PYSEC-2021-1"}]}', ""),
    ],
)
def test_who_knows_no_weakness_of_an_old_version_is_not_asked(
    registry: tuple[str, list[tuple[int, bytes]]], status: int, body: bytes, reason: str
) -> None:
    address, says = registry
    says[0] = (status, body)

    assert reason in audit.why_silent(address)
    assert bool(reason) == bool(audit.why_silent(address))


def test_without_a_network_the_audit_says_that_it_was_not_done() -> None:
    audited = audit.python_packages("http://127.0.0.1:1/")

    assert audited.weaknesses == ()
    assert audited.skipped.startswith("Python packages were not audited: http://127.0.0.1:1/ does not answer")


def test_a_weakness_is_a_sentence_with_the_version_that_mends_it() -> None:
    assert [*audit.weaknesses_of_python(json.dumps(PIP))] == ["django 5.2.19: PYSEC-2026-1, mended in 5.2.20"]


def test_a_weakness_of_npm_is_told_once_by_its_own_advisory() -> None:
    (told,) = audit.weaknesses_of_node(json.dumps(NPM))

    assert told == "lodash <4.17.21: Prototype pollution (high), https://github.com/advisories/GHSA-1"


def test_a_package_that_was_left_out_is_named() -> None:
    report = {"dependencies": [*PIP["dependencies"], {"name": "ours", "skip_reason": "Dependency not found on PyPI"}]}

    assert audit.unknown_packages(json.dumps(report)) == ["ours"]


@pytest.mark.parametrize("name", ["PYSEC-2026-1", "CVE-2026-1"])
def test_an_accepted_weakness_is_not_told(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setitem(audit.ACCEPTED, name, "it is in a part we do not use")

    assert [*audit.weaknesses_of_python(json.dumps(PIP))] == []


@pytest.mark.parametrize("report", ["", "{}", '{"error": {"code": "E405"}}', "[]"])
def test_an_answer_that_is_no_report_is_no_all_clear(report: str) -> None:
    with pytest.raises((json.JSONDecodeError, KeyError, TypeError)):
        [*audit.weaknesses_of_node(report)]


def test_a_registry_without_advisories_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    refused = subprocess.CompletedProcess([], 1, '{"error": {"summary": "405 Method Not Allowed"}}', "")
    monkeypatch.setattr(audit, "_run", lambda _: refused)

    assert audit.node_packages().skipped.startswith("npm packages were not audited")


@pytest.mark.parametrize(("weaknesses", "code"), [((), 0), (("django: bad",), 1)])
def test_a_weakness_fails_and_a_skip_does_not(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], weaknesses: tuple[str, ...], code: int
) -> None:
    monkeypatch.setattr(audit, "python_packages", lambda: audit.Audited(weaknesses))
    monkeypatch.setattr(
        audit, "node_packages", lambda: audit.Audited(skipped="npm packages were not audited: there is no npm")
    )

    assert audit.main() == code

    said = capsys.readouterr().err
    assert "skipped: npm packages were not audited" in said
    assert all(words in said for words in weaknesses)

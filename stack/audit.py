"""Asks the registries which of our dependencies have a known weakness. `python -m stack.audit`.

PyPI and npm tell it, mirrors of them as a rule do not. Where nobody answers, the audit says that it was not done, by name, and lint
goes on: a machine without a network must be able to check everything else.
"""

import json
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from stack import setup
from stack.places import PYTHON, ROOT

# Of a version with weaknesses that everybody knows: who does not tell of these tells of none.
PROBE = "https://pypi.org/pypi/django/3.2.1/json"
PATIENCE_S = 10
LIMIT_S = 240
# Weaknesses that do not touch us, each with the reason. Empty is as it should be.
ACCEPTED: dict[str, str] = {}


@dataclass(frozen=True)
class Audited:
    """`weaknesses` are sentences; `skipped` says what was not asked and why, empty when all was."""

    weaknesses: tuple[str, ...] = ()
    skipped: str = ""


def python_packages(probe: str = PROBE) -> Audited:
    """What PyPI knows of the versions in requirements.txt."""
    if silent := why_silent(probe):
        return Audited(skipped=f"Python packages were not audited: {silent}")
    command: list[str | Path] = [
        PYTHON,
        "-m",
        "pip_audit",
        "--requirement",
        "requirements.txt",
        "--no-deps",
        "--disable-pip",
        "--format",
        "json",
    ]
    done = _run([*command, "--progress-spinner", "off", "--vulnerability-service", "pypi"])
    try:
        unknown = ", ".join(unknown_packages(done.stdout))
        skipped = f"these Python packages were not audited, for PyPI does not know them: {unknown}" if unknown else ""
        return Audited(tuple(weaknesses_of_python(done.stdout)), skipped)
    except (json.JSONDecodeError, KeyError, TypeError):
        return Audited(skipped=f"Python packages were not audited: {_last_line(done.stderr)}")


def node_packages() -> Audited:
    """What npm knows of what package-lock.json brings to production."""
    npm = setup.npm()
    if npm is None:
        return Audited(skipped="npm packages were not audited: there is no npm")
    done = _run([npm, "audit", "--json", "--omit=dev", "--fetch-retries=0", f"--fetch-timeout={PATIENCE_S * 1000}"])
    try:
        return Audited(tuple(weaknesses_of_node(done.stdout)))
    except (json.JSONDecodeError, KeyError, TypeError):
        return Audited(skipped="npm packages were not audited: the registry has no advisories to give")


def why_silent(probe: str) -> str:
    """Why the advisories of Python cannot be had there; empty when they can."""
    try:
        with urllib.request.urlopen(probe, timeout=PATIENCE_S) as answer:
            told = json.load(answer)
    except (urllib.error.URLError, TimeoutError, OSError, ValueError) as error:
        return f"{probe} does not answer ({error})"
    return "" if isinstance(told, dict) and told.get("vulnerabilities") else f"{probe} knows of no weakness at all"


def weaknesses_of_python(report: str) -> Iterator[str]:
    """From the JSON of pip-audit. Errors: JSONDecodeError, KeyError, TypeError for what is none."""
    for package in json.loads(report)["dependencies"]:
        for weakness in package.get("vulns", ()):
            if not {weakness["id"], *weakness["aliases"]} & ACCEPTED.keys():
                mended = ", ".join(weakness["fix_versions"]) or "no version yet"
                yield f"{package['name']} {package['version']}: {weakness['id']}, mended in {mended}"


def unknown_packages(report: str) -> list[str]:
    """Those that pip-audit left out: it calls that no weakness."""
    return [package["name"] for package in json.loads(report)["dependencies"] if package.get("skip_reason")]


def weaknesses_of_node(report: str) -> Iterator[str]:
    """From the JSON of npm audit. Errors as above; an answer that is an error has no `vulnerabilities`."""
    for name, found in json.loads(report)["vulnerabilities"].items():
        for cause in found["via"]:
            if isinstance(cause, dict) and str(cause["source"]) not in ACCEPTED:
                yield f"{name} {found['range']}: {cause['title']} ({cause['severity']}), {cause['url']}"


def _run(command: Sequence[str | Path]) -> "subprocess.CompletedProcess[str]":
    try:
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=LIMIT_S)
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(command, 1, "", f"no answer in {LIMIT_S} s")


def _last_line(text: str) -> str:
    return (text.strip().splitlines() or ["no reason given"])[-1]


def main() -> int:
    """1 when there is a weakness."""
    found = [python_packages(), node_packages()]
    for audited in found:
        for sentence in filter(None, [audited.skipped and f"skipped: {audited.skipped}", *audited.weaknesses]):
            print(f"  {sentence}", file=sys.stderr)
    return int(any(audited.weaknesses for audited in found))


if __name__ == "__main__":
    sys.exit(main())

"""`python -m bench`, as `./dev bench` calls it."""

import json
from pathlib import Path

import pytest

from bench import __main__ as bench
from bench import tools
from bench.result import Figure, Invalid, Result
from bench.rounds import Effort
from stack import commands
from stack.trouble import Trouble

FOUND = Result("ingress", {"trellis/per_s/32": Figure(5.0, "requests/s")}, {"nginx": 0.5})


def use(monkeypatch: pytest.MonkeyPatch, outcome: Result | Exception) -> list[Effort]:
    """Put a benchmark that needs no servers under the name `ingress`; returns the efforts it was asked for."""
    asked: list[Effort] = []

    def measure(effort: Effort) -> Result:
        asked.append(effort)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    monkeypatch.setitem(bench.BENCHMARKS, "ingress", measure)
    return asked


def test_every_benchmark_has_a_name() -> None:
    assert {"ingress", "pipeline"} <= bench.BENCHMARKS.keys()


@pytest.mark.parametrize(
    "arguments",
    [[], ["nothing"], ["ingress", "--rounds", "0"], ["ingress", "--seconds", "soon"], ["ingress", "--fast"]],
)
def test_what_cannot_be_done_is_refused_with_usage(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit:
        bench.main(arguments)

    assert exit.value.code == 2
    assert "usage: python -m bench" in capsys.readouterr().err


def test_the_table_is_printed_and_the_json_written(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    use(monkeypatch, FOUND)

    code = bench.main(["ingress", "--json", str(tmp_path / "found.json")])

    assert code == 0
    assert "trellis/per_s/32" in capsys.readouterr().out
    assert json.loads((tmp_path / "found.json").read_text()) == FOUND.as_json()


def test_rounds_and_seconds_are_handed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = use(monkeypatch, FOUND)

    bench.main(["ingress"])
    bench.main(["ingress", "--rounds", "7", "--seconds", "2"])

    assert [(effort.rounds, effort.seconds) for effort in asked] == [(3, 5), (7, 2)]


@pytest.mark.parametrize("error", [Invalid("requests failed: {'status': 3}"), tools.Missing("wrk not found")])
def test_a_run_that_does_not_count_ends_with_one_and_says_why(
    error: Exception, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    use(monkeypatch, error)

    code = bench.main(["ingress", "--json", str(tmp_path / "found.json")])

    assert code == 1
    assert str(error) in capsys.readouterr().err
    assert not (tmp_path / "found.json").exists()


def test_without_stores_it_says_how_to_start_them(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("REDIS_URL")

    assert bench.main(["ingress"]) == 2
    assert "REDIS_URL not set: run `./dev bench ingress`" in capsys.readouterr().err


def test_missing_programs_are_all_named_with_the_way_to_get_them(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(tools, "PLACES", str(tmp_path))

    with pytest.raises(tools.Missing, match=r"wrk and nginx not found.*apt-get install wrk nginx-light"):
        tools.find("wrk", "nginx")


def test_only_questions_are_asked_of_what_was_kept(tmp_path: Path) -> None:
    with pytest.raises(Trouble, match="--keep is for queries and retroactive"):
        commands.bench(["ingress", "--keep", str(tmp_path)])

    assert commands._kept(["queries", "--rounds", "1", "--keep", "there", "--events", "5"]) == (
        Path("there"),
        ["queries", "--rounds", "1", "--events", "5"],
    )

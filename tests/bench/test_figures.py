"""How a benchmark's measurements become its result."""

from collections.abc import Sequence
from typing import Any

import pytest

from bench import ingress, pipeline
from bench.pace import Paced
from bench.pipeline import Step


def samples() -> dict[str, list[float]]:
    """Three rounds; nginx answers 100,000/s everywhere, trellis half of it, the others a tenth."""
    speed = {"nginx": 100_000.0, "trellis": 50_000.0}
    found: dict[str, list[float]] = {}
    for name in ingress.TARGETS:
        for connections in ingress.CONNECTIONS:
            rate = speed.get(name, 10_000.0)
            found[f"{name}/per_s/{connections}"] = [rate, rate * 3, rate / 2]
            found[f"{name}/p99_ms/{connections}"] = [1.0, 3.0, 2.0]
    return found


def a_step(**changes: Any) -> Step:
    paced = Paced(sent=1000, answered=1000, refused=0, took_s=10.0, p50_ms=0.5, p99_ms=2.0)
    fields = {
        "rate": 100,
        "paced": paced,
        "backlog_half_s": 0.5,
        "backlog_end_s": 0.6,
        "ages_s": [0.2, 0.4, 1.1],
        "cpu": {"ingress": 0.03, "store": 0.04},
    }
    return Step(**{**fields, **changes})


def test_ratios_are_of_medians_and_not_of_the_best_round() -> None:
    ratios = ingress.result_of(samples()).ratios

    assert ratios["nginx"] == 0.5
    assert ratios["nginx at 128"] == 0.5
    assert ratios["nginx, fsync always"] == 0.1
    assert ratios["django"] == 5


def test_figures_are_medians_with_unit_and_budget() -> None:
    figure = ingress.result_of(samples()).figures["trellis/p99_ms/32"]

    assert (figure.value, figure.unit, figure.limit) == (2.0, "ms", "<= 4")


def test_a_rate_is_sustained_when_the_backlog_stands() -> None:
    assert a_step().sustained


@pytest.mark.parametrize(
    "changes",
    [
        {"backlog_end_s": pipeline.BACKLOG_LIMIT_S + 0.1, "backlog_half_s": 2.5},
        {"backlog_half_s": 0.1, "backlog_end_s": 0.7},
        {"paced": Paced(sent=1000, answered=1000, refused=0, took_s=10.5, p50_ms=0.5, p99_ms=2.0)},
    ],
    ids=["too far behind", "falling behind", "sent too late"],
)
def test_a_rate_is_not_sustained(changes: dict[str, Any]) -> None:
    assert not a_step(**changes).sustained


def test_cpu_is_told_for_each_click() -> None:
    assert a_step().cpu_us("store") == pytest.approx(40)


def test_freshness_is_of_all_runs_at_half_load() -> None:
    halves: Sequence[Step] = [a_step(ages_s=[0.1] * 50), a_step(ages_s=[0.3] * 50)]

    figures = pipeline.result_of(a_step(rate=15_000), halves, {"ingress": 70.0}).figures

    assert figures["freshness_p50_s"].value == 0.1
    assert figures["freshness_p99_s"].value == 0.3
    assert figures["sustained_per_s"].value == 15_000
    assert figures["memory_mb/ingress"].value == 70

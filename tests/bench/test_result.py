import json

from bench.result import Figure, Result


def a_result() -> Result:
    figures = {
        "trellis/per_s/32": Figure(61_234.5678, "requests/s"),
        "trellis/p99_ms/32": Figure(2.34567, "ms", "<= 4"),
    }
    return Result("ingress", figures, {"nginx": 0.45678}, ["measured with care"])


def test_json_has_the_name_the_figures_and_the_ratios() -> None:
    said = json.loads(json.dumps(a_result().as_json()))

    assert said == {
        "name": "ingress",
        "figures": {"trellis/per_s/32": 61235, "trellis/p99_ms/32": 2.346},
        "ratios": {"nginx": 0.457},
        "notes": ["measured with care"],
    }


def test_the_table_says_every_figure_with_its_unit_and_budget() -> None:
    lines = a_result().table().splitlines()

    assert lines[0] == "bench ingress"
    assert lines[2].split() == ["trellis/per_s/32", "61,235", "requests/s"]
    assert lines[3].split() == ["trellis/p99_ms/32", "2.346", "ms", "<=", "4"]
    assert lines[4].split() == ["of", "nginx", "0.457", "ratio"]
    assert lines[-1] == "measured with care"


def test_a_result_without_figures_is_still_a_table() -> None:
    assert Result("nothing", {}, {}).table().startswith("bench nothing")

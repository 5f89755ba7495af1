"""`python -m bench NAME [--json FILE]`, called by `./dev bench NAME`, which starts the stores and names them in the environment."""

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from bench import ingress, pipeline, queries, retroactive, routing
from bench.result import Invalid, Result
from bench.rounds import Effort
from bench.tools import Missing

STORES = ("DATABASE_URL", "REDIS_URL", "CLICKHOUSE_URL")
BENCHMARKS: dict[str, Callable[[Effort], Result]] = {
    "ingress": ingress.measure,
    "pipeline": pipeline.measure,
    "queries": queries.measure,
    "retroactive": retroactive.measure,
    "routing": routing.measure,
}


def main(arguments: Sequence[str]) -> int:
    options = _parser().parse_args(arguments)
    if unset := [name for name in STORES if not os.environ.get(name)]:
        print(
            f"{', '.join(unset)} not set: run `./dev bench {options.name}`, which starts the services.", file=sys.stderr
        )
        return 2
    try:
        result = BENCHMARKS[options.name](Effort(options.rounds, options.seconds, _say, options.events))
    except (Missing, Invalid) as error:
        print(f"bench {options.name}: {error}", file=sys.stderr)
        return 1
    print(result.table())
    if options.json:
        options.json.write_text(json.dumps(result.as_json(), indent=2) + "\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measures Trellis: see docs/benchmarks.md.")
    parser.add_argument("name", choices=sorted(BENCHMARKS))
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to this file too")
    parser.add_argument("--rounds", type=_at_least_one, default=3, help="rounds of which the median counts (default 3)")
    parser.add_argument(
        "--seconds", type=_at_least_one, default=5, help="length of one measurement in a round (default 5)"
    )
    parser.add_argument(
        "--events",
        type=_at_least_one,
        default=10_000_000,
        help="how many `queries` and `retroactive` make (default 10000000)",
    )
    return parser


def _at_least_one(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number


def _say(words: str) -> None:
    print(f"· {words}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

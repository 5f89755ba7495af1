"""The document of a LabelTable:

{"lines":  [{"campaign": 7, "run": 0, "version": 3, "rule": {…}}, …],    asked in this order
 "paused": [{"campaign": 8, …}, …],                                      name nothing, but say why nothing was named
 "keys":   ["spring", …]}                                                campaign keys that somebody has
"""

from collections.abc import Iterable, Mapping
from typing import Any

import structlog

from apps.ingress.labelling.labels import Labels, Line
from apps.ingress.rules import BadRule
from apps.ingress.rules import dump as dump_rule
from apps.ingress.rules import parse as parse_rule

log = structlog.get_logger(__name__)


def dump(lines: Iterable[Line], paused: Iterable[Line] = (), keys: Iterable[str] = ()) -> dict[str, Any]:
    return {
        "lines": [_dumped(line) for line in lines],
        "paused": [_dumped(line) for line in paused],
        "keys": sorted({key.lower() for key in keys}),
    }


def parse(document: Mapping[str, Any], edition: int) -> Labels:
    """A line that cannot be read any more is left out and logged: no click is lost for it."""
    return Labels(
        edition,
        lines_of(document, "lines"),
        paused=[line.rule for line in lines_of(document, "paused")],
        keys=document["keys"],
    )


def lines_of(document: Mapping[str, Any], part: str) -> list[Line]:
    return [line for row in document[part] if (line := _line(row))]


def _dumped(line: Line) -> dict[str, Any]:
    return {"campaign": line.campaign_id, "run": line.run_id, "version": line.version, "rule": dump_rule(line.rule)}


def _line(row: Mapping[str, Any]) -> Line | None:
    try:
        return Line(row["campaign"], parse_rule(row["rule"]), row["run"], row["version"])
    except BadRule as error:
        log.error("a rule of labels cannot be read", campaign=row["campaign"], run=row["run"], error=str(error))
        return None

"""Patterns of the operator `matches`: RE2 in Python and in ClickHouse, so that both find the same.

ClickHouse puts two readers of its own before RE2, and both err (26.7, 2026-11-23). Simple patterns are compiled to native code
when they are used for the third time, and from then on `.+` finds bytes that are no UTF-8. And a search for text that must occur
misses `x` with the pattern `x日?`. Neither looks into alternatives, so every pattern gets one that never matches.
"""

import re2

MAX_CHARS = 500
# ClickHouse has RE2's default of 8 MiB; what fits here fits there.
MAX_MEMORY = 1 << 20
NOTHING = r"[^\x{0}-\x{10FFFF}]"


class BadPattern(ValueError):
    """RE2 does not take it."""


def guarded(pattern: str) -> str:
    return f"(?:{pattern})|{NOTHING}"


def compiled(pattern: str) -> "re2._Regexp":
    """For bytes. As in ClickHouse, the dot takes line ends too. Errors: BadPattern."""
    options = re2.Options()
    options.max_mem = MAX_MEMORY
    options.dot_nl = True
    options.never_capture = True
    options.log_errors = False
    try:
        # By itself first: `a)(b` is no pattern, though it would be one inside the guard.
        re2.compile(pattern.encode(), options)
        return re2.compile(guarded(pattern).encode(), options)
    except re2.error as error:
        raise BadPattern(_sentence(error)) from error


def _sentence(error: re2.error) -> str:
    said = error.args[0] if error.args else ""
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)

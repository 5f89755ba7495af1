"""How much a document may weigh. Asked first and without recursion: what is read after it is small enough to be read."""

from apps.campaigns.definition.trouble import BadDefinition, Problem

# Of everything together. Half a megabyte takes 37 ms to weigh and read (2026-11-23), and every ingress process reads it.
CHARACTERS_MAX = 500_000
VALUES_MAX = 50_000
# Rules stand 10 deep, and each takes an object and a list.
DEPTH_MAX = 40
# A compiled pattern may take 1 MiB in every process.
PATTERNS_MAX = 50


def weigh(document: object) -> None:
    """Errors: BadDefinition, with one problem, where reading it would cost too much."""
    waiting: list[tuple[object, int]] = [(document, 1)]
    values = characters = patterns = 0
    while waiting:
        value, depth = waiting.pop()
        values += 1
        if isinstance(value, str):
            characters += len(value)
        elif isinstance(value, dict | list):
            values += len(value)
            patterns += isinstance(value, dict) and value.get("op") == "matches"
            if depth > DEPTH_MAX:
                _refuse(f"Nothing in a definition stands {DEPTH_MAX} deep.", "too_deep")
        if values > VALUES_MAX or characters > CHARACTERS_MAX:
            _refuse(f"A definition has at most {VALUES_MAX:,} values and {CHARACTERS_MAX:,} characters.", "too_large")
        if patterns > PATTERNS_MAX:
            _refuse(f"The rules of a campaign have at most {PATTERNS_MAX} patterns together.", "too_many_patterns")
        if isinstance(value, dict):
            waiting += [(part, depth + 1) for pair in value.items() for part in pair]
        elif isinstance(value, list):
            waiting += [(part, depth + 1) for part in value]


def _refuse(sentence: str, code: str) -> None:
    raise BadDefinition([Problem("", sentence, code)])

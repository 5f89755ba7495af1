"""What is wrong with a definition: everything at once, each with its place."""

from collections.abc import Iterable
from typing import NamedTuple


class Problem(NamedTuple):
    """`pointer` (RFC 6901) says where, `detail` what in a sentence, `code` what in a word that programs know."""

    pointer: str
    detail: str
    code: str


class BadDefinition(ValueError):
    """A document that is no definition. `problems` is never empty."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(f"{each.pointer}: {each.detail}" for each in self.problems))

"""Which parameters of a click go on to the destination, and under which names."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from apps.ingress.destination import CLICK_PARAMETER, escaped

# They say where to go and who may say so; the click id is ours to give.
NEVER = frozenset({"to", "sig", "exp", "org", CLICK_PARAMETER})


class Policy(NamedTuple):
    """`names` says of a parameter what it is called there, empty where it is kept back; `others` whether the rest goes on."""

    others: bool
    names: Mapping[str, str]

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> "Policy":
        """Errors: KeyError, ValueError."""
        names = {each["name"]: _new_name(each) for each in document["named"]}
        return cls(document["others"] == "forward", names)

    def forwards(self) -> bool:
        return self.others or any(self.names.values())

    def forwarded(self, pairs: Iterable[tuple[str, str]], taken: frozenset[str]) -> list[tuple[str, str]]:
        """The parameters that go on, in their order with repeats, but those whose name is `taken` in the destination.

        What was given a name goes before what merely has it.
        """
        renamed = {name for old, name in self.names.items() if name and name != old}
        found = []
        for name, value in pairs:
            new = self.names.get(name, name if self.others else "")
            if not new or new in taken or new in NEVER or name in NEVER or (new == name and new in renamed):
                continue
            found.append((new, value))
        return found


def appended(location: str, pairs: Iterable[tuple[str, str]], room: int) -> str:
    """The address with these as further parameters, before any fragment; one that would make it longer than `room` is left out."""
    base, mark, fragment = location.partition("#")
    left = room - len(location)
    separator = "&" if "?" in base else "?"
    parts = [base]
    for name, value in pairs:
        part = f"{separator}{escaped(name)}={escaped(value)}"
        if len(part) <= left:
            parts.append(part)
            left -= len(part)
            separator = "&"
    return "".join(parts) + mark + fragment


def _new_name(document: Mapping[str, Any]) -> str:
    match document["do"]:
        case "forward":
            return str(document["name"])
        case "rename":
            return str(document["as"])
        case "private":
            return ""
    raise ValueError(f"nothing known is done with the parameter {document['name']!r}")

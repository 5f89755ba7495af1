"""Changes in the shape of a condition, each named by a button: `add:0.1` is one more term in the group at that place.

Places are those of parts, from the outermost group: `0.1` is the second part of its first; the empty place is that group itself.
"""

from collections.abc import Callable
from dataclasses import replace

from apps.campaigns.builder.conditions import ALL, ANY, GROUPS, NOT, Condition


def changed(root: Condition, deed: str, at: str) -> Condition:
    """With the deed done at that place; as it was where there is no such deed or place."""
    places = at.split(".") if at else []
    if deed not in DEEDS or not all(place.isascii() and place.isdigit() and len(place) < 4 for place in places):
        return root
    return _changed(root, DEEDS[deed], [int(place) for place in places])


Deed = Callable[[Condition, int | None], Condition]


def _changed(group: Condition, deed: Deed, places: list[int]) -> Condition:
    if group.kind not in GROUPS or (places and places[0] >= len(group.parts)):
        return group
    if not places:
        return deed(group, None)
    here, *rest = places
    if not rest and deed in ON_PARTS:
        return deed(group, here)
    parts = [*group.parts]
    parts[here] = _changed(parts[here], deed, rest)
    return replace(group, parts=tuple(parts))


def _added(part: Condition) -> Deed:
    def added(group: Condition, _: int | None) -> Condition:
        return replace(group, parts=(*group.parts, part))

    return added


def _removed(group: Condition, place: int | None) -> Condition:
    return group if place is None else replace(group, parts=(*group.parts[:place], *group.parts[place + 1 :]))


def _copied(group: Condition, place: int | None) -> Condition:
    return group if place is None else replace(group, parts=(*group.parts[: place + 1], *group.parts[place:]))


ON_PARTS: tuple[Deed, ...] = (_removed, _copied)
DEEDS: dict[str, Deed] = {
    "add": _added(Condition()),
    "all": _added(Condition(ALL, parts=(Condition(),))),
    "any": _added(Condition(ANY, parts=(Condition(), Condition()))),
    "not": _added(Condition(NOT, parts=(Condition(),))),
    "remove": _removed,
    "copy": _copied,
}

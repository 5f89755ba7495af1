"""Every address of the pages and the API, walked from the table Django answers by."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

# `<slug:key>` of a path, `(?P<key>[-:\w]+)` of a regular expression.
_PLACE = re.compile(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>[^)]*\)")


def routes() -> list[str]:
    """As they stand in urls.py, with what includes them in front. Two names of one address are one."""
    return sorted(views())


def views() -> dict[str, Callable[..., Any]]:
    """What answers each address."""
    return dict(_walked(get_resolver()))


def places(route: str) -> list[str]:
    """The names of what the address leaves open."""
    return [a or b for a, b in _PLACE.findall(route)]


def path(route: str, names: Mapping[str, Any]) -> str:
    """The address with every open place filled in."""
    filled = _PLACE.sub(lambda place: str(names[place[1] or place[2]]), route)
    return "/" + filled.replace("^", "").removesuffix("$")


def _walked(resolver: URLResolver, before: str = "") -> Iterator[tuple[str, Callable[..., Any]]]:
    for pattern in resolver.url_patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield route, pattern.callback
        else:
            yield from _walked(pattern, route)

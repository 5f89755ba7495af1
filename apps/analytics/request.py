"""A stored request, put together again for people."""

from urllib.parse import unquote_plus

from apps.ingress.event import Event


def url_of(event: Event) -> str:
    """The address as it was asked for."""
    return f"{event.scheme}://{event.host}{event.path}{'?' if event.query else ''}{event.query}"


def parameters_of(query: str) -> list[tuple[str, str]]:
    """Every parameter in order with its repeats, decoded; bytes that are no UTF-8 show as `\\xff`."""
    pairs = (pair.partition("=") for pair in query.split("&") if pair)
    return [(_decoded(name), _decoded(value)) for name, _, value in pairs]


def _decoded(text: str) -> str:
    return unquote_plus(text, errors="backslashreplace")

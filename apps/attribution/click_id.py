"""Reading the click id that a network sends back, also when something happened to it on the way."""

import re
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import unquote_plus

from apps.ingress.snowflake import TEXT_LENGTH, BadId, SealedIds

_RUN = re.compile(rf"(?<![0-9a-z])[0-9a-z]{{{TEXT_LENGTH}}}(?![0-9a-z])")
_AROUND = " \t\r\n\0\"'`{}[]()<>$%#\u00a0\u200b\u200c\u200d\ufeff“”‘’«»"
# What people and programs read for one another; an id has none of the letters on the left.
_MISTAKEN = str.maketrans("oil", "011")
_MAX_CHARS = 500


class OpenedClick(NamedTuple):
    """`event_id` 0 is no id of ours: garbled, cut short or forged. `repaired` says that it opened only after mending."""

    event_id: int
    text: str
    repaired: bool


def open_click(text: str, ids: SealedIds) -> OpenedClick:
    """The click a network means, with its id as we sent it out, or the text as it came when that is none.

    Mending cannot find a wrong click: an id carries a check of 40 bits, and every try must pass it.
    """
    for attempt in _attempts(text[:_MAX_CHARS]):
        try:
            return OpenedClick(ids.open(attempt), attempt, attempt != text)
        except BadId:
            continue
    return OpenedClick(0, text, False)


def _attempts(text: str) -> Iterator[str]:
    yield text
    decoded = unquote_plus(unquote_plus(text))
    for spelling in dict.fromkeys((text, decoded)):
        bare = spelling.strip(_AROUND).lower()
        yield bare
        yield bare.translate(_MISTAKEN)
        # Wrapped into something longer: another parameter, an address, a list.
        yield from _RUN.findall(bare)
        yield from _RUN.findall(bare.translate(_MISTAKEN))

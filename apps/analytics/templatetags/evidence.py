"""Stored text as evidence: what a visitor sent, with nothing in it that a reader could not see."""

import unicodedata

from django import template

register = template.Library()

# Controls, and what only steers how text is drawn: a right-to-left override would show `live` for `evil`.
UNSEEN = {"Cc", "Cf", "Zl", "Zp"}


@register.filter
def visible(text: str) -> str:
    """The text with every character that draws nothing written out, as `\\u202e`."""
    return "".join(_seen(character) for character in text)


def _seen(character: str) -> str:
    if unicodedata.category(character) not in UNSEEN:
        return character
    return character.encode("unicode_escape").decode()

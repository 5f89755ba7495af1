"""Patterns of channel rules as people write them: words with a comma between, * for anything."""

import re

# What escape() puts before a character, and what is left of a pattern that says nothing but words.
ESCAPED = re.compile(r"\\([^A-Za-z0-9])")
SPECIAL = re.compile(r"[\\^$.|?*+()\[\]{}]")
ANYTHING = ".*"


def pattern_of(text: str) -> str:
    """The pattern (RE2) for what somebody typed; between slashes it is one already."""
    text = text.strip()
    if len(text) > 1 and text.startswith("/") and text.endswith("/"):
        return text[1:-1]
    words = [" ".join(word.split()) for word in text.split(",")]
    return "|".join(ANYTHING.join(map(_escaped, word.split("*"))) for word in words if word)


def text_of(pattern: str) -> str:
    """What somebody would have typed for this pattern."""
    words = [_word(alternative) for alternative in re.split(r"(?<!\\)\|", pattern)] if pattern else []
    return f"/{pattern}/" if "" in words or pattern_of(", ".join(words)) != pattern else ", ".join(words)


def _escaped(text: str) -> str:
    return SPECIAL.sub(r"\\\g<0>", text)


def _word(pattern: str) -> str:
    """Empty when it is more than words."""
    parts = [ESCAPED.sub(r"\1", part) for part in re.split(r"(?<!\\)\.\*", pattern)]
    return "*".join(parts)

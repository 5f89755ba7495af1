"""Patterns as people write them."""

import pytest
import re2

from apps.analytics.wildcards import pattern_of, text_of


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        ("", ""),
        (" , ,", ""),
        ("newsletter", "newsletter"),
        ("partner-*", "partner-.*"),
        ("a.example, *.b.example", r"a\.example|.*\.b\.example"),
        ("social  network", "social network"),
        ("c++", r"c\+\+"),
        ("/e[-_ ]?mail/", "e[-_ ]?mail"),
        ("*", ".*"),
        ("\\", r"\\"),
    ],
)
def test_words_become_a_pattern(text: str, pattern: str) -> None:
    assert pattern_of(text) == pattern


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("", ""),
        ("newsletter", "newsletter"),
        (r"a\.example|.*\.b\.example", "a.example, *.b.example"),
        ("e[-_ ]?mail", "/e[-_ ]?mail/"),
        (".*cp.*|ppc|retargeting|paid.*", "*cp*, ppc, retargeting, paid*"),
        ("a|", "/a|/"),
        ("(", "/(/"),
        ("a,b", "/a,b/"),
        (r"\(direct\)", "(direct)"),
    ],
)
def test_a_pattern_is_shown_as_one_would_type_it(pattern: str, text: str) -> None:
    assert text_of(pattern) == text
    assert pattern_of(text) == pattern


@pytest.mark.parametrize("hostile", ["(((", "a" * 200, "[", "{1}", "^$", "?*+", "|", "\u202e", "'\"<>", "\\d", "a/b"])
def test_whatever_is_typed_is_meant_as_it_stands(hostile: str) -> None:
    pattern = pattern_of(hostile)

    assert re2.fullmatch(pattern, hostile.replace("*", "x"))

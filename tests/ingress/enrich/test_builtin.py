"""The tables as they come with Trellis hold together."""

from collections import Counter

import pytest

from apps.ingress.enrich import builtin
from apps.ingress.enrich.channel import MEDIUMS
from apps.ingress.enrich.channels import CATEGORIES, compiled
from apps.ingress.enrich.referrers import parse
from apps.ingress.models import Category, Referrer


def test_every_pattern_can_be_read() -> None:
    assert len([parse(row) for row in builtin.referrer_rows()]) > 1_500


@pytest.mark.parametrize(
    "keys",
    [
        [row.pattern for row in builtin.referrer_rows()],
        [row.parameter for row in builtin.ad_click_rows()],
        [row.source for row in builtin.source_rows()],
    ],
    ids=["referrers", "ad clicks", "sources"],
)
def test_nothing_is_there_twice(keys: list[str]) -> None:
    assert [key for key, count in Counter(keys).items() if count > 1] == []


def test_words_are_those_of_the_vocabulary() -> None:
    assert {row.medium for row in builtin.referrer_rows()} == set(Referrer.Medium)
    assert {row.category for row in builtin.source_rows()} <= set(Category)
    assert {row.category for row in builtin.channel_rows()} - {""} <= set(Category) == CATEGORIES


def test_every_medium_of_a_referrer_has_a_medium_of_a_click() -> None:
    assert set(MEDIUMS) == set(Referrer.Medium)


def test_every_charset_is_known() -> None:
    for row in builtin.referrer_rows():
        for charset in row.charsets.split():
            assert "".encode(charset) == b""


def test_every_line_of_channels_can_be_read() -> None:
    assert [compiled(row).channel for row in builtin.channel_rows()][:1] == ["Direct"]

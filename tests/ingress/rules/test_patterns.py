"""Patterns find the same in Python and in ClickHouse: at the first use and at the fourth, when ClickHouse has compiled them."""

import pytest

from apps.ingress.rules.patterns import BadPattern, compiled, guarded
from apps.ingress.rules.text import from_bytes, to_bytes
from apps.ingress.warehouse.connection import client
from tests.ingress.rules.heaps import BYTES, TEXTS

ASKED = "SELECT arrayMap(t -> match(unhex(t), {pattern:String}), {texts:Array(String)})"
TEXTS_OF_ALL_KINDS = [*TEXTS, *map(from_bytes, BYTES), "", "xy", "x日y", "x\udcffy", "aé", "\udcffa"]


@pytest.mark.django_db(databases=["default", "clickhouse"])
@pytest.mark.parametrize(
    "pattern", [".+", "[^a]+", r"\S+", "^.$", "^.+$", "a.+", "x日?", "é*y", "(?i)k", r"\PL", r"\C\C", "", "|", "(?i:ſ)"]
)
def test_what_clickhouse_finds_does_not_change_with_use(pattern: str) -> None:
    texts = [to_bytes(text).hex() for text in TEXTS_OF_ALL_KINDS]
    found = [compiled(pattern).search(to_bytes(text)) is not None for text in TEXTS_OF_ALL_KINDS]

    for _ in range(5):
        ((said,),) = client().execute(ASKED, {"pattern": guarded(pattern), "texts": texts})

        assert [
            text for text, ours, theirs in zip(TEXTS_OF_ALL_KINDS, found, said, strict=True) if ours != theirs
        ] == []


def test_a_pattern_must_be_one_by_itself() -> None:
    with pytest.raises(BadPattern, match="unexpected"):
        compiled("a)(b")


def test_the_guard_finds_nothing_of_its_own() -> None:
    assert compiled("never").search(b"\xff\0a\xf4\x8f\xbf\xbf") is None

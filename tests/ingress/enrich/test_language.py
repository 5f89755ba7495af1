"""The language a visitor wants most."""

import pytest

from apps.ingress.enrich.language import VERSION, language
from tests.ingress.make import an_event


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        ("de", "de"),
        ("de-AT,de;q=0.9,en;q=0.8", "de"),
        ("en;q=0.5, FR-ca ; q=0.9", "fr"),
        ("en;q=0.8,de;q=0.8", "en"),
        ("zh-Hant-TW", "zh"),
        ("fil-PH", "fil"),
        ("*", ""),
        ("*, nl;q=0.1", "nl"),
        ("da;q=0", ""),
        ("da;q=1.000", "da"),
        ("de;q=high, en;q=0.1", "en"),
        ("x-klingon", ""),
        ("english", ""),
        ("", ""),
        (",,;;", ""),
        ("() { :; }; echo", ""),
        ("\udce9\udcff", ""),
        ("a" * 100_000, ""),
        ("en_US", ""),
    ],
)
def test_the_first_of_the_most_wanted_is_kept_without_its_region(header: str, wanted: str) -> None:
    assert language(an_event(headers=(("Accept-Language", header),))).language == wanted


def test_the_name_of_the_header_may_be_written_in_any_case() -> None:
    assert language(an_event(headers=(("accept-language", "sv"),))) == ("sv", VERSION)


def test_who_says_nothing_has_no_language() -> None:
    assert language(an_event(headers=(("Accept", "*/*"),))) == ("", VERSION)

"""One campaign, typed in two ways, is one campaign."""

from unicodedata import normalize

import pytest

from apps.ingress.enrich.spelling import MAX_CHARS, said, spelled


@pytest.mark.parametrize(
    "text",
    [
        "Spring Sale",
        " spring  sale ",
        "spring%20sale",
        "spring%2520sale",
        "SPRING\tSALE\n",
        "spring\u00a0sale",
        "\ufeffspring\u200b sale\x00",
    ],
)
def test_many_spellings_are_one(text: str) -> None:
    assert spelled(text) == "spring sale"


def test_letters_are_composed() -> None:
    assert spelled(normalize("NFD", "Café")) == spelled("CAFÉ") == "café"


def test_bytes_that_were_not_utf8_are_read_as_western_europe_wrote() -> None:
    assert spelled("caf\udce9") == spelled("caf%E9") == "café"


@pytest.mark.parametrize("text", ["100%", "%", "%zz", "50% off"])
def test_a_percent_sign_is_a_percent_sign(text: str) -> None:
    assert spelled(text) == text


@pytest.mark.parametrize("text", ["\ud800", "\udcff" * 10_000, "%" * 10_000, "%25" * 10_000, "\x00", "a" * 100_000])
def test_nothing_is_too_odd_or_too_long(text: str) -> None:
    assert len(spelled(text).encode()) <= 4 * MAX_CHARS


def test_the_first_charset_that_fits_is_taken() -> None:
    assert said("тест".encode("cp1251"), ("cp1251",)) == "тест"
    assert said("тест".encode(), ("cp1251",)) == "тест"
    assert said("你好".encode("gb18030"), ("gb18030",)) == "你好"


def test_an_unfit_charset_is_passed_over() -> None:
    assert said(b"\xe9t\xe9", ("ascii",)) == "été"

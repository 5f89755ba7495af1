import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.ingress.snowflake import EPOCH_MS, TEXT_LENGTH, BadId, SealedIds, Snowflakes, milliseconds_of
from tests.ingress.make import CLICKS, KEY, NOW_MS, VISITORS

SNOWFLAKES = st.integers(min_value=0, max_value=2**64 - 1)


def snowflakes(worker: int = 3, *, start_ms: int = 0) -> Snowflakes:
    return Snowflakes(worker, start_ms=start_ms, reserve=lambda ms: ms + 1_000)


def test_ids_of_one_worker_rise_with_time() -> None:
    ids = snowflakes()

    made = [ids.next(NOW_MS + step // 3) for step in range(30)]

    assert made == sorted(made)
    assert len(set(made)) == 30


def test_an_id_tells_the_millisecond_it_was_made() -> None:
    assert milliseconds_of(snowflakes().next(NOW_MS)) == NOW_MS


def test_more_ids_than_a_millisecond_holds_are_still_different() -> None:
    ids = snowflakes()

    made = {ids.next(NOW_MS) for _ in range(10_000)}

    assert len(made) == 10_000


def test_a_clock_that_steps_back_repeats_nothing() -> None:
    ids = snowflakes()

    made = [ids.next(ms) for ms in (NOW_MS, NOW_MS + 5, NOW_MS - 60_000, NOW_MS - 60_000, NOW_MS + 5, NOW_MS + 6)]

    assert made == sorted(set(made))


def test_two_workers_never_make_the_same_id() -> None:
    one, other = snowflakes(1), snowflakes(2)

    made = [ids.next(NOW_MS) for _ in range(500) for ids in (one, other)]

    assert len(set(made)) == 1_000


def test_a_successor_starts_after_what_was_reserved_even_if_the_clock_stepped_back() -> None:
    reserved: list[int] = []
    first = Snowflakes(3, start_ms=0, reserve=lambda ms: reserved.append(ms + 1_000) or reserved[-1])  # type: ignore[func-returns-value]
    last = max(first.next(NOW_MS + step) for step in range(3_000))

    successor = snowflakes(3, start_ms=reserved[-1])

    assert successor.next(NOW_MS - 3_600_000) > last


def test_what_may_be_given_out_is_reserved_before_it_is_given_out() -> None:
    reserved: list[int] = []
    ids = Snowflakes(3, start_ms=0, reserve=lambda ms: reserved.append(ms) or ms + 1_000)  # type: ignore[func-returns-value]

    for step in range(2_500):
        assert milliseconds_of(ids.next(NOW_MS + step)) < reserved[-1] + 1_000

    assert len(reserved) == 3


@given(SNOWFLAKES)
def test_a_sealed_id_opens_to_the_same_id(snowflake: int) -> None:
    text = CLICKS.seal(snowflake)

    assert len(text) == TEXT_LENGTH
    assert text.isascii()
    assert text.isalnum()
    assert CLICKS.open(text) == snowflake


@given(SNOWFLAKES, st.integers(0, TEXT_LENGTH - 1), st.sampled_from("0123456789abcdefghjkmnpqrstvwxyz"))
def test_an_id_with_one_letter_changed_is_refused(snowflake: int, at: int, letter: str) -> None:
    text = CLICKS.seal(snowflake)
    altered = text[:at] + letter + text[at + 1 :]

    if altered != text:
        with pytest.raises(BadId):
            CLICKS.open(altered)


@pytest.mark.parametrize("text", ["", "0" * 20, "0" * 22, "i" * 21, "0" * 21, "é" * 21, "ABCDEFGH" * 3, "\x00" * 21])
def test_text_that_was_never_an_id_is_refused(text: str) -> None:
    with pytest.raises(BadId):
        CLICKS.open(text)


def test_a_visitor_id_does_not_pass_for_a_click_id() -> None:
    with pytest.raises(BadId):
        CLICKS.open(VISITORS.seal(123))


def test_an_id_sealed_under_another_key_is_refused() -> None:
    with pytest.raises(BadId):
        CLICKS.open(SealedIds(KEY[::-1], b"click").seal(123))


def test_the_sealed_form_sorts_by_time() -> None:
    ids = snowflakes()

    texts = [CLICKS.seal(ids.next(EPOCH_MS + step * 86_400_000)) for step in range(20)]

    assert texts == sorted(texts)


def test_a_clock_from_before_our_time_makes_ids_all_the_same() -> None:
    """A machine without a battery believes in 1970 until it has asked."""
    ids = snowflakes()

    made = [ids.next(ms) for ms in (0, 5, NOW_MS)]

    assert made == sorted(set(made))
    assert [CLICKS.open(CLICKS.seal(one)) for one in made] == made

"""What happens to click ids on their way, and which of them are still known."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.attribution.click_id import open_click
from tests.ingress.make import CLICKS

EVENT = 382_092_705_792_000_001
SEALED = CLICKS.seal(EVENT)


@pytest.mark.parametrize(
    "text",
    [
        SEALED.upper(), f"  {SEALED}\n", f"{{{SEALED}}}", f'"{SEALED}"', f"%7B{SEALED}%7D", f"%22{SEALED}%22",
        f"%2522{SEALED}%2522",
        f"[{SEALED}]", f"“{SEALED}”", f"\u200b{SEALED}", f"trl_click={SEALED}&x=1", f"https://shop.example/?c={SEALED}#top",
        SEALED.replace("0", "O"), SEALED.replace("0", "o"), SEALED.replace("1", "l"), SEALED.replace("1", "I"),
        f"{SEALED},{SEALED}",
        SEALED.replace("a", "%61"), f"{SEALED}%00",
    ],
)  # fmt: skip
def test_what_was_done_to_it_is_mended(text: str) -> None:
    opened = open_click(text, CLICKS)

    assert (opened.event_id, opened.text) == (EVENT, SEALED)
    assert opened.repaired == (text != SEALED)


def test_as_it_was_sent_out_it_needs_no_mending() -> None:
    assert open_click(SEALED, CLICKS) == (EVENT, SEALED, False)


@pytest.mark.parametrize(
    "text", [SEALED[:-1], SEALED[1:], SEALED[:-1] + ("z" if SEALED[-1] != "z" else "y"), "", "abc", "0" * 21]
)
def test_a_garbled_one_is_nobody_s(text: str) -> None:
    assert open_click(text, CLICKS) == (0, text, False)


@given(st.text(max_size=60))
def test_no_text_opens_by_chance(text: str) -> None:
    assert open_click(text, CLICKS).event_id == 0

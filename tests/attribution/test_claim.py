"""How each preset reads the postbacks of its kind, and what is made of words nobody expected."""

from decimal import Decimal
from typing import Any

import pytest

from apps.attribution.claim import Claim, read_claim
from apps.attribution.maps import BadMaps, Maps
from apps.attribution.presets import Preset, preset_maps
from apps.ingress.postbacks import read
from tests.ingress.make import CLICKS
from tests.ingress.postbacks import a_postback_line

EVENT = 382_092_705_792_000_001
CLICK = CLICKS.seal(EVENT)


def claim(query: str, preset: str = Preset.GENERIC, maps: Maps | None = None, **line: Any) -> Claim:
    request = read(a_postback_line(f"/postback/n3tw0rk?{query}", **line))
    return read_claim(request, maps or preset_maps(preset), "EUR", CLICKS)


@pytest.mark.parametrize(
    ("preset", "query"),
    [
        (Preset.GENERIC, f"click_id={CLICK}&txid=T-1&payout=4.2&currency=usd&status=sale&goal=buy&sub3=x"),
        (Preset.GENERIC, f"clickid={CLICK}&order_id=T-1&revenue=4.2&cur=USD&status=approved&et=buy&aff_sub3=x"),
        (Preset.GENERIC, f"trl_click={CLICK}&transaction_id=T-1&amount=4.2&currency=USD&event_name=Buy&s3=x"),
        (Preset.KEITARO, f"subid={CLICK}&tid=T-1&payout=4.2&currency=usd&status=sale&goal=buy&sub_id_3=x"),
        (Preset.KEITARO, f"subid={CLICK}&tid=T-1&revenue=4.2&currency=usd&status=ok&sale_status=a,ok&event=buy&sub_id_3=x"),
        (Preset.VOLUUM, f"cid={CLICK}&txid=T-1&payout=4.2&currency=USD&et=buy&param3=x"),
        (Preset.BINOM, f"cnv_id={CLICK}&txid=T-1&payout=4.2&cnv_currency=USD&cnv_status=approve&cnv_status2=buy&event3=x"),
        (Preset.REDTRACK, f"clickid={CLICK}&txid=T-1&sum=4.2&currency=USD&status=approved&type=buy&sub3=x"),
        (Preset.AFFISE, f"clickid={CLICK}&action_id=T-1&sum=4.2&currency=USD&status=1&goal=buy&custom_field3=x"),
        (Preset.EVERFLOW, f"nid=1&transaction_id={CLICK}&order_id=T-1&amount=4.2&currency=USD&adv_event_id=buy&adv3=x"),
        (Preset.EVERFLOW, f"sub1={CLICK}&transaction_id=T-1&amount=4,2&currency=USD&event_name=buy&adv3=x"),
    ],
)  # fmt: skip
def test_a_preset_reads_its_own(preset: str, query: str) -> None:
    found = claim(query, preset)

    assert (found.event_id, found.txid, found.payout, found.currency) == (EVENT, "T-1", Decimal("4.2"), "USD")
    assert (found.status, found.goal, found.subs, found.refusal) == ("sale", "buy", {"sub3": "x"}, "")


@pytest.mark.parametrize(
    ("preset", "word", "status"),
    [
        (Preset.AFFISE, "1", "sale"), (Preset.AFFISE, "2", "lead"), (Preset.AFFISE, "3", "rejected"), (Preset.AFFISE, "5", "lead"),
        (Preset.GENERIC, "Pending", "lead"), (Preset.GENERIC, "hold", "lead"), (Preset.GENERIC, "APPROVED", "sale"),
        (Preset.GENERIC, "declined", "rejected"), (Preset.GENERIC, "trash", "rejected"), (Preset.GENERIC, "rebill", "rebill"),
        (Preset.GENERIC, "", "sale"), (Preset.GENERIC, "wat", ""), (Preset.GENERIC, "1", ""),
    ],
)  # fmt: skip
def test_words_for_a_status(preset: str, word: str, status: str) -> None:
    assert claim(f"clickid={CLICK}&status={word}", preset).status == status


def test_the_parameter_that_opens_is_the_click_whatever_its_rank() -> None:
    found = claim(f"click_id=their-own-7&cid={CLICK}&txid=T-1")

    assert (found.event_id, found.txid) == (EVENT, "T-1")


def test_upper_and_lower_case_of_names_do_not_matter() -> None:
    assert claim(f"ClickID={CLICK}&TXID=T-1").txid == "T-1"


@pytest.mark.parametrize(
    ("query", "payout", "currency", "note"),
    [
        ("payout=abc", None, "EUR", "is not a number"),
        ("payout=-5", None, "EUR", "less than nothing"),
        ("payout=1e400", None, "EUR", "is not a number"),
        ("payout={payout}", None, "EUR", "did not fill in its macro"),
        ("payout=", None, "EUR", ""),
        ("payout=5 USD", Decimal(5), "USD", ""),
        ("payout=5&currency=dollars", Decimal(5), "EUR", "is no currency"),
        ("payout=5&currency=ZZZ", Decimal(5), "ZZZ", ""),
    ],
)
def test_a_payout_that_is_none_is_booked_without_and_says_so(
    query: str, payout: Decimal | None, currency: str, note: str
) -> None:
    found = claim(f"txid=T-1&{query}".replace(" ", "%20").replace("{", "%7B").replace("}", "%7D"))

    assert (found.payout, found.currency, found.refusal) == (payout, currency, "")
    assert note in " ".join(found.notes)


def test_a_click_id_in_its_own_braces_is_not_an_unfilled_macro() -> None:
    found = claim(f"click_id=%7B{CLICK}%7D&txid=T-1")

    assert (found.event_id, found.repaired, found.notes) == (EVENT, True, ())


def test_an_unfilled_click_id_is_none() -> None:
    found = claim("click_id=%7Bclick_id%7D&txid=T-1")

    assert (found.click, found.event_id) == ("", 0)


def test_a_paused_network_refuses_in_words() -> None:
    assert claim("txid=T-1", paused=True).refusal == "The network was paused."


def test_a_claim_can_be_kept_and_read_again() -> None:
    found = claim(f"clickid={CLICK}&txid=T-1&payout=4.2&cost=1&sub3=x&currency=nope")

    assert Claim.load(found.dump()) == found


@pytest.mark.parametrize(
    ("parameters", "statuses", "says"),
    [
        ({"clickid": ["a"]}, {}, "No postback says “clickid”"),
        ({"click_id": "cid"}, {}, "are not a list"),
        ({"click_id": [""]}, {}, "are not a list"),
        ({"click_id": ["a"] * 21}, {}, "20 are enough"),
        ({}, {"x": "maybe"}, "cannot mean “maybe”"),
        ([], {}, "not pairs"),
    ],
)
def test_maps_that_make_no_sense_are_refused_in_words(parameters: Any, statuses: Any, says: str) -> None:
    with pytest.raises(BadMaps, match=says):
        Maps.parse(parameters, statuses)


@pytest.mark.parametrize("preset", Preset.values)
def test_in_a_preset_every_name_that_is_its_own_means_one_thing_first(preset: str) -> None:
    firsts = [names[0] for meaning, names in preset_maps(preset).parameters.items() if not meaning.startswith("sub")]

    assert len(firsts) == len(set(firsts))

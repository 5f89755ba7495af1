"""What to type where, network by network: how our click id gets there, and the postback address that brings it back.

Sources, read in November 2026: "S2S postback placeholders" of Keitaro, "Traffic Source Postback URL" of Voluum, "Traffic source
postback" of Binom, "Affiliate postback URL macros" of Affise, "A guide to parameters and macros" of Everflow and the list of
macros of RedTrack. docs/postbacks.md is the cookbook made of it.
"""

from dataclasses import dataclass

from django.conf import settings

from apps.attribution.models import Network
from apps.attribution.presets import Preset


@dataclass(frozen=True)
class Recipe:
    """`hands_over` goes into the destination of a link; `query` behind the postback address, with the network's own macros."""

    hands_over: str
    query: str
    where: str


RECIPES: dict[str, Recipe] = {
    Preset.GENERIC: Recipe(
        "click={click_id}",
        "click_id=THE-CLICK-ID&txid=ORDER-7&payout=12.50&currency=EUR&status=sale",
        "Your shop asks this address once, with the click id it was given, when an order is paid.",
    ),
    Preset.KEITARO: Recipe(
        "external_id={click_id}",
        "click_id={external_id}&txid={tid}&payout={revenue}&status={status}",
        "Campaign, S2S postbacks, Add a postback; or Traffic source, Postback URL.",
    ),
    Preset.VOLUUM: Recipe(
        "externalid={click_id}",
        "click_id={externalid}&payout={payout}",
        "Traffic source, Postback URL; map the parameter externalid to External ID there.",
    ),
    Preset.BINOM: Recipe(
        "externalid={click_id}",
        "click_id={externalid}&payout={payout}&status={cnv_status}&currency={cnv_currency}",
        "Traffic source, Postback URL; give externalid as its External ID token.",
    ),
    Preset.REDTRACK: Recipe(
        "ref_id={click_id}",
        "click_id={ref_id}&payout={payout}&goal={type}",
        "Traffic channel, S2S postback; ref_id is its click id.",
    ),
    Preset.AFFISE: Recipe(
        "sub1={click_id}",
        "click_id={sub1}&txid={transactionid}&payout={sum}&currency={currency}&status={status}&goal={goal}",
        "Postbacks, Add postback. Choose every status, so that a declined conversion is told too.",
    ),
    Preset.EVERFLOW: Recipe(
        "sub1={click_id}",
        "click_id={sub1}&txid={transaction_id}&payout={payout_amount}&goal={event_name}",
        "Partner postbacks, Add: a global postback for conversions, and one for each event.",
    ),
}


def recipe(network: Network) -> Recipe:
    return RECIPES[network.preset]


def address(network: Network) -> str:
    """Where its postbacks go."""
    return f"{settings.TRELLIS_INGRESS_URL}/postback/{network.key}"


def example(network: Network) -> str:
    """The whole address, with the network's macros where its values belong."""
    return f"{address(network)}?{recipe(network).query}"

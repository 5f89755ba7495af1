"""What is known of how the usual trackers and networks write their postbacks.

A network starts with its preset's maps, and its owner may change all of them. Sources, read in November 2026: the documentation of
postback parameters of Keitaro ("Postback"), Voluum ("Parameters in Postback URLs"), Binom ("Postback URL"), RedTrack ("Supported
dynamic parameters"), Affise ("Postback URL parameters"; statuses 1 approved, 2 pending, 3 declined, 5 hold) and Everflow
("Accessing & editing S2S postback URLs").

The same name means different things: `tid` and `transaction_id` are the order at Keitaro and the click at Everflow, `cid` is the
click at Voluum. So the order of names matters, and a parameter that was taken for the click is not the transaction too.
"""

from collections.abc import Mapping

from django.db import models

from apps.attribution.maps import SUBS, Maps, Status

Aliases = dict[str, tuple[str, ...]]


class Preset(models.TextChoices):
    GENERIC = "generic", "Any network or shop"
    KEITARO = "keitaro", "Keitaro"
    VOLUUM = "voluum", "Voluum"
    BINOM = "binom", "Binom"
    REDTRACK = "redtrack", "RedTrack"
    AFFISE = "affise", "Affise"
    EVERFLOW = "everflow", "Everflow"


_WORDS = {
    Status.LEAD: """lead pending hold on_hold on-hold onhold holding wait waiting new open processing in_progress registration
        register reg signup sign_up install trial unconfirmed""",
    Status.SALE: """sale approved approve confirmed confirm paid payed accepted accept success successful completed complete
        conversion purchase order deposit ftd valid active""",
    Status.REJECTED: """rejected reject declined decline canceled cancelled cancel trash refund refunded chargeback reversed
        reversal invalid fraud denied void voided spam fake duplicate failed fail expired""",
    Status.REBILL: "rebill rebilled recurring renewal renew upsell",
}
STATUSES: dict[str, str] = {"": Status.SALE.value} | {
    word: status.value for status, words in _WORDS.items() for word in words.split()
}

# Sub parameters under the names that every preset understands.
_SUBS: Aliases = {sub: (sub, f"s{n}", f"sub_id_{n}", f"subid{n}", f"aff_sub{n}") for n, sub in enumerate(SUBS, start=1)}

_GENERIC: Aliases = {
    "click_id": ("click_id", "clickid", "trl_click", "cid", "subid", "sub_id", "externalid", "external_id", "aff_sub"),
    "txid": (
        "txid",
        "order_id",
        "orderid",
        "xid",
        "transaction_id",
        "transactionid",
        "tid",
        "conversion_id",
        "action_id",
    ),
    "status": ("status", "conversion_status"),
    "goal": ("goal", "event", "et", "goal_id", "event_name", "event_id"),
    "payout": ("payout", "revenue", "amount", "sum", "sale_amount", "value"),
    "currency": ("currency", "cur"),
    "cost": ("cost",),
    **_SUBS,
}

_OWN: dict[Preset, Aliases] = {
    Preset.GENERIC: {},
    Preset.KEITARO: {
        "click_id": ("subid", "sub_id"),
        "txid": ("tid",),
        "payout": ("payout", "revenue"),
        "lead_status": ("lead_status",),
        "sale_status": ("sale_status",),
        "rejected_status": ("rejected_status", "rejected"),
        "ignore_status": ("ignore_status", "ignore"),
        **{sub: (f"sub_id_{n}", f"extra_param_{n}") for n, sub in enumerate(SUBS, start=1)},
    },
    Preset.VOLUUM: {
        "click_id": ("cid", "c"),
        "txid": ("txid",),
        "payout": ("payout", "p"),
        "goal": ("et",),
        **{f"sub{n}": (f"param{n}",) for n in range(1, 6)},
    },
    Preset.BINOM: {
        "click_id": ("cnv_id", "clickid", "uclick"),
        "status": ("cnv_status",),
        "goal": ("cnv_status2",),
        "currency": ("cnv_currency",),
        **{sub: (f"event{n}", f"add_event{n}", f"event_{n}") for n, sub in enumerate(SUBS, start=1)},
    },
    Preset.REDTRACK: {
        "click_id": ("clickid", "cid"),
        "payout": ("sum",),
        "goal": ("type", "goal"),
        "txid": ("txid", "tid"),
    },
    Preset.AFFISE: {
        "click_id": ("clickid", "click_id", "sub1"),
        "txid": ("action_id", "transactionid", "conversion_id"),
        "payout": ("sum",),
        "goal": ("goal", "goal_id", "goal_value"),
        **{f"sub{n}": (f"custom_field{n}", f"custom_field_{n}") for n in range(1, 16)},
    },
    Preset.EVERFLOW: {
        "click_id": ("transaction_id", "tid", "ef_transaction_id", "sub1"),
        "txid": ("order_id", "conversion_id", "transaction_id"),
        "payout": ("amount", "payout_amount", "payout"),
        "goal": ("adv_event_id", "event_id", "event_name"),
        **{f"sub{n}": (f"adv{n}",) for n in range(1, 11)},
    },
}
_OWN_STATUSES: dict[Preset, Mapping[str, str]] = {
    Preset.AFFISE: {"1": Status.SALE.value, "2": Status.LEAD.value, "3": Status.REJECTED.value, "5": Status.LEAD.value},
}


def preset_maps(preset: str) -> Maps:
    """The preset's own names first, then the usual ones that it does not use for something else."""
    own = _OWN[Preset(preset)]
    taken = {name for names in own.values() for name in names}
    parameters = {
        meaning: (*own.get(meaning, ()), *(name for name in _GENERIC.get(meaning, ()) if name not in taken))
        for meaning in {**_GENERIC, **own}
    }
    return Maps.parse(parameters, {**STATUSES, **_OWN_STATUSES.get(Preset(preset), {})})

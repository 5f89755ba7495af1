"""What a privacy policy keeps, in words and by an example: shown before it is chosen and while it is in force."""

from collections.abc import Sequence
from dataclasses import dataclass

from apps.ingress.privacy.addresses import reduced
from apps.ingress.privacy.policy import Address, Policy, Signal

EXAMPLE = "203.0.113.77"
EXAMPLE_KEY = b"an example, and no key of anybody's"

ADDRESSES = {
    Address.FULL: "Every event keeps its visitor's address, and the headers in which proxies wrote it down.",
    Address.TRUNCATED: "Events keep the network: 256 addresses (IPv4 /24) or a whole site (IPv6 /48) look like one.",
    Address.HASHED: "Events keep a number instead. The same address has the same number for one day, and another the next; "
    "a week later nobody can tell any more what it stood for.",
    Address.NONE: "Events keep nothing of the address.",
}
SIGNALS = {
    Signal.IGNORE: "Visitors whose browser sends DNT or Sec-GPC are kept like everybody.",
    Signal.NO_ADDRESS: "Visitors whose browser sends DNT or Sec-GPC are kept without their address.",
    Signal.UNLINKED: "Visitors whose browser sends DNT or Sec-GPC are kept without address and visitor id: each of their clicks "
    "counts as a visitor of its own, and no journey joins them.",
}


@dataclass(frozen=True)
class Choice:
    value: str
    label: str
    words: str
    example: str = ""


def addresses() -> list[Choice]:
    """What may be kept of an address, with what is left of one."""
    labels = ("Full", "Truncated", "Hashed", "None")
    return [
        Choice(value, label, words, reduced(EXAMPLE, value, lambda: EXAMPLE_KEY) or "nothing")
        for label, (value, words) in zip(labels, ADDRESSES.items(), strict=True)
    ]


def signals() -> list[Choice]:
    labels = ("Ignore them", "Leave their address out", "Leave address and visitor id out")
    return [Choice(value, label, words) for label, (value, words) in zip(labels, SIGNALS.items(), strict=True)]


def in_words(policy: Policy) -> Sequence[str]:
    """The policy as sentences."""
    words = [ADDRESSES[Address(policy.address)], SIGNALS[Signal(policy.signal)]]
    if policy.address != Address.FULL:
        words.insert(1, "Country, city and kind of network are found before that, by the whole address, and stay.")
    return words

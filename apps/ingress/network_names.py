"""How a network is named in the table of networks: by its range, its number, or a word of its announcer's name."""

import re
from ipaddress import IPv4Network, IPv6Network, ip_network

NUMBER = re.compile(r"as\s?(\d{1,10})", re.IGNORECASE)
# Of a name like "M247 Europe SRL": letters and digits of any script, with single separators between.
WORD = re.compile(r"\w+(?:[ .&-]\w+)*")
WIDEST_PREFIX = 8

Range = IPv4Network | IPv6Network


class BadNetwork(ValueError):
    """Neither a range, nor a number, nor a word. The text is a sentence for who wrote it."""


def parse_network(text: str) -> Range | int | str:
    """The range, the number or the word in lower case. Errors: BadNetwork."""
    plain = " ".join(text.split()).lower()
    if number := NUMBER.fullmatch(plain):
        if not 0 < int(number[1]) < 2**32:
            raise BadNetwork(f"{text} is no number of an autonomous system: they go from AS1 to AS4294967295.")
        return int(number[1])
    if "/" in plain or ":" in plain or plain.replace(".", "").isdigit():
        return _range(plain, text)
    if len(plain) < 3 or not WORD.fullmatch(plain):
        raise BadNetwork(f"{text!r} is no range (203.0.113.0/24), number (AS64496) or word of at least three letters.")
    return plain


def written(network: Range | int | str) -> str:
    """The one way a network is written in the table."""
    return f"AS{network}" if isinstance(network, int) else str(network)


def _range(plain: str, text: str) -> Range:
    try:
        network = ip_network(plain)
    except ValueError as error:
        raise BadNetwork(f"{text} is no range of addresses: {error}.") from error
    if network.prefixlen < WIDEST_PREFIX:
        raise BadNetwork(f"{text} is too wide: the shortest prefix is /{WIDEST_PREFIX}.")
    return network

"""Amounts of money as networks and people write them."""

import re
from decimal import Decimal
from typing import NamedTuple

# Beyond any payout, and far inside what the columns hold when a million of them are summed.
LARGEST = Decimal(10) ** 9
PLACES = Decimal("0.0001")

_CODE = re.compile(r"(?P<before>[A-Za-z]{3})?\s*(?P<number>[^A-Za-z]+?)\s*(?P<after>[A-Za-z]{3})?")
_SIGNS = dict.fromkeys(map(ord, "€$£¥₽₴₹₺₩₪฿₫₱"))
_BLANKS = re.compile(r"(?<=\d)[\s'’_](?=\d{3}(?!\d))")
_SIGNED = re.compile(r"[-−](?P<minus>[\d.,]+)|\((?P<brackets>[\d.,]+)\)|\+?(?P<plain>[\d.,]+)")
# 1,234,567 and, as India groups, 12,34,567.
_GROUPED = re.compile(r"\d{1,3}(,\d{2,3})*,\d{3}")
_MAX_CHARS = 60


class BadAmount(ValueError):
    """The text is no amount. The message is the rest of a sentence that begins with the text."""


class Amount(NamedTuple):
    """`currency` is the code that stood beside the number, upper case, or empty."""

    value: Decimal
    currency: str = ""


def amount(text: str) -> Amount:
    """The amount, to four places. Raises BadAmount.

    Both marks in it: the last one is the decimal mark. One mark several times groups thousands. A single comma before exactly
    three digits groups ("1,234"), a single dot never does ("1.234"), for that is how programs and people write. A number below
    one is never grouped ("0,125"). Exponents are refused: no network means 1e400.
    """
    match = _CODE.fullmatch(text.strip()) if len(text) <= _MAX_CHARS else None
    if not match:
        raise BadAmount("is not a number")
    value = _number(_BLANKS.sub("", match["number"].translate(_SIGNS).strip()))
    if abs(value) >= LARGEST:
        raise BadAmount("is larger than any amount we believe")
    return Amount(value.quantize(PLACES), (match["before"] or match["after"] or "").upper())


def _number(bare: str) -> Decimal:
    signed = _SIGNED.fullmatch(bare)
    if not signed or not signed.lastgroup:
        raise BadAmount("is not a number")
    whole, fraction = _parts(signed[signed.lastgroup])
    if not whole + fraction or not (whole + fraction).isdecimal():
        raise BadAmount("is not a number")
    value = Decimal(f"{whole or 0}.{fraction or 0}")
    return value if signed.lastgroup == "plain" else -value


def _parts(digits: str) -> tuple[str, str]:
    """What stands before the decimal mark, ungrouped, and what after it."""
    mark = _decimal_mark(digits)
    whole, _, fraction = digits.rpartition(mark) if mark else (digits, "", "")
    grouped = whole.replace(".", ",")
    return grouped.replace(",", "") if _GROUPED.fullmatch(grouped) else whole, fraction


def _decimal_mark(digits: str) -> str:
    """Empty when there is none."""
    comma, dot = digits.rfind(","), digits.rfind(".")
    if comma >= 0 and dot >= 0:
        return "," if comma > dot else "."
    mark = "," if comma >= 0 else "." if dot >= 0 else ""
    groups = (mark and digits.count(mark) > 1) or (
        mark == "," and _GROUPED.fullmatch(digits) and not digits.startswith("0")
    )
    return "" if groups else mark

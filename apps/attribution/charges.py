"""What each row of a file of costs says was spent. Pure: a row in, a charge or a sentence out."""

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from babel import Locale

from apps.accounts.currencies import CURRENCIES
from apps.attribution.amounts import BadAmount, amount
from apps.attribution.cost_file import Line, Table
from apps.attribution.cost_mapping import LABELS, Reading
from apps.ingress.enrich.spelling import spelled

_SPELLED = ("source", "medium", "utm_campaign", "utm_content", "utm_term", "ad_network", "landing_page")
_AS_IT_IS = ("channel", "campaign_key", "link_key")
WORD_MAX_CHARS = 200
# The last row of many reports.
_TOTALS = re.compile(r"(grand )?totals?\b|summe\b|gesamt|итого|--", re.IGNORECASE)
_DEVICES = {
    "phone": "phone|mobile|smartphone|mobile phone|mobile devices with full browsers|mobile phones|mobile app|cell",
    "tablet": "tablet|tablets|tablets with full browsers",
    "desktop": "desktop|computer|computers|pc|desktop computer",
    "tv": "tv|connected tv|tv screens|ctv|smart tv",
}
DEVICES = {name: device for device, names in _DEVICES.items() for name in names.split("|")}
# What their own tools call them, beside the names of CLDR.
_COUNTRIES = {
    "uk": "GB",
    "usa": "US",
    "united states of america": "US",
    "russia": "RU",
    "south korea": "KR",
    "czech republic": "CZ",
}
_FORMATS = ("%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%d.%m.%Y", "%d.%m.%y", "%b %d, %Y", "%B %d, %Y", "%d %b %Y", "%d %B %Y")
_BY_DAY = ("%d/%m/%Y", "%d-%m-%Y", "%d/%m/%y")
_BY_MONTH = ("%m/%d/%Y", "%m-%d-%Y", "%m/%d/%y")
_TIME = re.compile(r"[T ]\d{1,2}:\d{2}.*$")
EARLIEST = date(2000, 1, 1)


class Charge(NamedTuple):
    """What a row says: `row` is its line in the file, `words` its columns by the names of the table `costs`."""

    row: int
    day: date
    amount: Decimal
    currency: str
    words: Mapping[str, str]

    @property
    def labelled(self) -> list[tuple[str, str]]:
        """Its words, each with what people call it."""
        return [(LABELS[name], word) for name, word in self.words.items()]


class Unreadable(NamedTuple):
    """A row that says nothing we can use, and why, for people."""

    row: int
    why: str


class _BadCell(ValueError):
    """The message is the sentence."""


def charges(table: Table, reading: Reading, currency: str, today: date) -> Iterator[Charge | Unreadable]:
    """Row by row; rows that sum others up and rows that cost nothing are left out. `currency` is the organization's."""
    for line in table.lines:
        try:
            charge = _charge(line, reading, currency, today)
        except _BadCell as error:
            yield Unreadable(line.number, str(error))
        else:
            if charge and charge.amount:
                yield charge


def _charge(line: Line, reading: Reading, currency: str, today: date) -> Charge | None:
    said = {meaning: line.cells[at] for meaning, at in reading.columns.items() if at < len(line.cells)}
    if _sums_up(line, said.get("day", "")):
        return None
    day = _day(said.get("day", ""), reading.day_first, today)
    try:
        spent, beside = amount(said.get("cost", ""))
    except BadAmount as error:
        raise _BadCell(f"The cost “{said.get('cost', '')[:100]}” {error}.") from error
    code = _currency(said.get("currency", "")) or beside or reading.currency or currency
    if code not in CURRENCIES:
        raise _BadCell(f"“{code[:100]}” is not a currency we know.")
    return Charge(line.number, day, spent, code, _words(said))


def _sums_up(line: Line, day: str) -> bool:
    """A row of totals. One with a day is none, whatever its campaign is called."""
    return bool(_TOTALS.match(day)) or (not day and bool(_TOTALS.match(line.cells[0])))


def _day(text: str, day_first: bool, today: date) -> date:
    if not text:
        raise _BadCell("It names no day.")
    day = _parsed(_TIME.sub("", text), day_first)
    if day is None:
        raise _BadCell(f"“{text[:100]}” is not a day we can read.")
    if not EARLIEST <= day <= today:
        raise _BadCell(f"{day.isoformat()} is {'in the future' if day > today else 'too long ago'}.")
    return day


@lru_cache(maxsize=10_000)
def _parsed(text: str, day_first: bool) -> date | None:
    for form in (*_FORMATS, *(_BY_DAY + _BY_MONTH if day_first else _BY_MONTH + _BY_DAY)):
        try:
            return datetime.strptime(text.strip(), form).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    return None


def _currency(text: str) -> str:
    return text.strip().upper()


def _words(said: Mapping[str, str]) -> dict[str, str]:
    """As the columns of events are written, so that one campaign is one."""
    words = {name: spelled(said[name]) for name in _SPELLED if said.get(name)}
    words |= {name: said[name][:WORD_MAX_CHARS] for name in _AS_IT_IS if said.get(name)}
    if said.get("country"):
        words["country"] = country_code(said["country"])
    if said.get("device_type"):
        words["device_type"] = DEVICES.get(said["device_type"].lower(), "other")
    return {name: word for name, word in words.items() if word}


def country_code(text: str) -> str:
    """The code of ISO 3166 for a code or an English name; empty for neither."""
    wanted = text.strip().lower()
    codes = _codes()
    return codes.get(wanted, "")


@lru_cache(maxsize=1)
def _codes() -> dict[str, str]:
    names = {code: str(name) for code, name in Locale("en").territories.items() if len(code) == 2 and code.isalpha()}
    by_name = {name.lower().replace("&", "and"): code for code, name in names.items()}
    return (
        by_name
        | {name.lower(): code for code, name in names.items()}
        | {code.lower(): code for code in names}
        | _COUNTRIES
    )

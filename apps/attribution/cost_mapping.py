"""Which column of a file of costs means what: guessed from its header and its first rows, corrected by people."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from apps.accounts.currencies import CURRENCIES
from apps.attribution.cost_file import Line, Table

# The names that advertising tools give their columns, in lower case and without marks; the better ones first.
_NAMES = {
    "day": "date|day|datum|tag|fecha|dia|jour|data|by day|reporting starts|start date|segments date|time|дата|日付",
    "cost": """cost|costs|spend|spent|amount spent|total spent|total spend|total cost|ad spend|ad cost|media cost|kosten|ausgaben
        |betrag|coste|costo|gasto|depense|depenses|amount|расход|費用""",
    "currency": "currency|currency code|account currency|cur|wahrung|waehrung|devise|moneda|валюта",
    "source": "source|utm source|traffic source|site|publisher|quelle",
    "medium": "medium|utm medium",
    "channel": "channel|default channel group|kanal",
    "utm_campaign": "campaign|utm campaign|campaign name|campaign title|kampagne|campana|campagne|кампания",
    "utm_content": "content|utm content|ad name|ad|creative|creative name|ad title|anzeige|banner",
    "utm_term": "term|utm term|keyword|search keyword|keyword text|search term|suchbegriff",
    "campaign_key": "campaign key|campaign id|utm id|campaignid",
    "link_key": "link|link key|tracking link",
    "country": "country|geo|country territory|country code|country name|land|pais|pays",
    "device_type": "device|device type|device category|device platform|gerat",
    "ad_network": "ad network|network|ad platform|platform|werbenetzwerk",
    "landing_page": "landing page|final url|destination url|url|page",
}
NAMES: Mapping[str, tuple[str, ...]] = {
    meaning: tuple(name.strip() for name in names.split("|")) for meaning, names in _NAMES.items()
}
MEANINGS = tuple(NAMES)
REQUIRED = ("day", "cost")
LABELS: Mapping[str, str] = {
    **{meaning: meaning.replace("_", " ").capitalize() for meaning in MEANINGS},
    "utm_campaign": "Campaign",
    "utm_content": "Content",
    "utm_term": "Term",
    "link_key": "Link",
    "device_type": "Device",
}
_CODE = re.compile(r"\b([A-Z]{3})\b")
_BRACKETS = re.compile(r"[(\[].*?[)\]]")
_NO_WORD = re.compile(r"[\W_]+")
_MARKS = str.maketrans("äöüéèêáàâíóôúñç", "aoueeeaaaioounc")
_TWO_NUMBERS = re.compile(r"\s*(\d{1,2})[/.-](\d{1,2})[/.-]\d{2,4}\b")


class Reading(NamedTuple):
    """`columns`: what is meant → the column's place, from 0. `day_first` reads 3/4/2026 as the third of April. `currency` is of
    rows that name none; empty for the organization's own.
    """

    columns: Mapping[str, int]
    day_first: bool = True
    currency: str = ""

    def dump(self) -> dict[str, Any]:
        return self._asdict()

    @classmethod
    def load(cls, document: Mapping[str, Any]) -> "Reading":
        """Of what `dump` or a form says. Raises BadReading."""
        columns = {str(meaning): place for meaning, place in dict(document.get("columns") or {}).items()}
        if unknown := set(columns) - set(MEANINGS):
            raise BadReading(f"No column means “{min(unknown)}”.")
        if not all(type(place) is int and place >= 0 for place in columns.values()):
            raise BadReading("A column is named by its place, from 0.")
        if missing := [LABELS[meaning] for meaning in REQUIRED if meaning not in columns]:
            raise BadReading(f"Say which column is the {' and which the '.join(missing).lower()}.")
        if len(set(columns.values())) < len(columns):
            raise BadReading("One column cannot mean two things.")
        currency = str(document.get("currency") or "")
        if currency and currency not in CURRENCIES:
            raise BadReading(f"{currency} is not a currency we know.")
        return cls(columns, bool(document.get("day_first", True)), currency)


class BadReading(ValueError):
    """The columns do not say what was spent when; the message says what is missing, for people."""


def guess(table: Table) -> Reading:
    """The best guess from the header; a required column that nobody can guess is absent."""
    plain = [_plain(name) for name in table.header]
    columns: dict[str, int] = {}
    for meaning, names in NAMES.items():
        places = [plain.index(name) for name in names if name in plain]
        if free := [place for place in places if place not in columns.values()]:
            columns[meaning] = free[0]
    return Reading(columns, _day_first(table.lines, columns.get("day")), _currency(table.header, columns))


def _plain(name: str) -> str:
    """`Amount spent (EUR)` as amount spent; `Währung` as wahrung."""
    return _NO_WORD.sub(" ", _BRACKETS.sub("", name).lower().translate(_MARKS)).strip()


def _day_first(lines: Sequence[Line], place: int | None) -> bool:
    """Whether 3/4/2026 is in April. Decided by a day after the twelfth; with a dot it always is."""
    for line in lines if place is not None else ():
        written = _TWO_NUMBERS.match(line.cells[place]) if place is not None and place < len(line.cells) else None
        if written and int(written[1]) > 12:
            return True
        if written and int(written[2]) > 12:
            return False
    return True


def _currency(header: Sequence[str], columns: Mapping[str, int]) -> str:
    """What the header of the cost says in passing: `Amount spent (USD)`."""
    codes = _CODE.findall(header[columns["cost"]]) if "cost" in columns else []
    return next((code for code in codes if code in CURRENCIES), "")

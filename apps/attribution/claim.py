"""What a postback claims, in our words: a network's parameters read by its maps. Pure; nothing is looked up."""

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from apps.accounts.currencies import CURRENCIES
from apps.attribution.amounts import BadAmount, amount
from apps.attribution.click_id import OpenedClick, open_click
from apps.attribution.maps import ABSENT, IGNORE, SUBS, WORDS_FOR, Maps
from apps.ingress.postbacks import PostbackRequest
from apps.ingress.snowflake import SealedIds

TEXT_MAX_CHARS = 200
NO_CLICK = OpenedClick(0, "", False)
# What networks send when they do not know a macro, and what people leave standing in an address they copied.
_UNFILLED = re.compile(
    r"\{{1,2}[^{}]*\}{1,2}|\$\{[^{}]*\}|\[[^\[\]]*\]|<[^<>]*>|%%?[A-Za-z_]\w*%%?|#\w+#|REPLACE|OPTIONAL|undefined|null"
)


class Found(NamedTuple):
    """One meaning's parameter: the name it came under and what it said."""

    name: str
    text: str


class Claim(NamedTuple):
    """`refusal` is empty, or the sentence that says why nothing can be booked. `payout` None is "says nothing of it".

    `click` is the click id as we sent it out when `event_id` opened from it, else the text that came. `notes` are sentences about
    what was not as it should be. `fingerprint` names all parameters together: two alike mean the same rebill.
    """

    postback_id: int
    received_at: datetime
    click: str = ""
    event_id: int = 0
    repaired: bool = False
    txid: str = ""
    goal: str = ""
    status: str = ""
    payout: Decimal | None = None
    currency: str = ""
    cost: Decimal | None = None
    subs: Mapping[str, str] = {}
    fingerprint: str = ""
    notes: tuple[str, ...] = ()
    refusal: str = ""

    def dump(self) -> dict[str, Any]:
        """As it is kept on a booking; `load` brings it back."""
        return {**self._asdict(), "received_at": self.received_at.isoformat()}

    @classmethod
    def load(cls, document: Mapping[str, Any]) -> "Claim":
        money = {name: document[name] and Decimal(document[name]) for name in ("payout", "cost")}
        return cls(
            **{
                **document,
                **money,
                "received_at": datetime.fromisoformat(document["received_at"]),
                "notes": tuple(document["notes"]),
            }
        )


def read_claim(request: PostbackRequest, maps: Maps, currency: str, ids: SealedIds) -> Claim:
    """The claim of a postback. `currency` is the organization's, for a network that names none either."""
    found = find(request.parameters, maps, ids)
    notes: list[str] = []
    click = open_click(found["click_id"].text, ids) if "click_id" in found else NO_CLICK
    if click.event_id:
        del found["click_id"]
    said = {meaning: _filled(one, notes) for meaning, one in found.items()}
    if not click.event_id and not said.get("click_id"):
        click = NO_CLICK
    payout, beside = _money("payout", said, notes)
    cost, _ = _money("cost", said, notes)
    claim = Claim(
        postback_id=request.id,
        received_at=request.received_at,
        click=storable(click.text),
        event_id=click.event_id,
        repaired=click.repaired,
        txid=storable(said.get("txid", "")),
        goal=storable(said.get("goal", "")).lower(),
        status=status_of(said, maps),
        payout=payout,
        currency=_currency(said.get("currency", ""), beside, maps.currency or currency, notes),
        cost=cost,
        subs={sub: storable(said[sub]) for sub in SUBS if said.get(sub)},
        fingerprint=_fingerprint(request.parameters),
    )
    return claim._replace(notes=tuple(notes), refusal=_refusal(claim, request, said))


def find(parameters: Mapping[str, str], maps: Maps, ids: SealedIds) -> dict[str, Found]:
    """Which parameter says what. Upper and lower case of names do not matter; each parameter says one thing only.

    Where several could be the click, the first that opens as an id of ours is; none does: the first that says anything.
    """
    given = {
        name.strip().lower(): Found(name, text) for name, text in reversed(list(parameters.items())) if text.strip()
    }
    found: dict[str, Found] = {}
    taken: set[str] = set()
    for meaning, names in maps.parameters.items():
        there = [name for name in (alias.lower() for alias in names) if name in given and name not in taken]
        if meaning == "click_id":
            there.sort(key=lambda name: not open_click(given[name].text, ids).event_id)
        if there:
            found[meaning] = given[there[0]]
            taken.add(there[0])
    return found


def status_of(said: Mapping[str, str], maps: Maps) -> str:
    """The status a postback means: by its own words for it, else by the map. Empty when nobody knows the word."""
    word = said.get("status", "").strip().lower()
    for meaning, status in WORDS_FOR.items():
        if word and word in (one.strip().lower() for one in said.get(meaning, "").split(",")):
            return status
    return maps.statuses.get(word or ABSENT, "")


def storable(text: str) -> str:
    """The text as PostgreSQL can hold it, and short enough for an index; two different texts stay different."""
    clean = text.strip().encode("utf-8", "backslashreplace").decode().replace("\0", "\\0")
    if len(clean) <= TEXT_MAX_CHARS:
        return clean
    digest = hashlib.sha256(clean.encode()).hexdigest()[:16]
    return f"{clean[: TEXT_MAX_CHARS - 17]}…{digest}"


def _filled(found: Found, notes: list[str]) -> str:
    if not _UNFILLED.fullmatch(found.text.strip()):
        return found.text
    notes.append(f"{storable(found.name)} says “{storable(found.text)}”: the sender did not fill in its macro.")
    return ""


def _money(meaning: str, said: Mapping[str, str], notes: list[str]) -> tuple[Decimal | None, str]:
    """The amount, None when none can be read, and the currency that stood beside it."""
    text = said.get(meaning, "")
    if not text:
        return None, ""
    try:
        value, currency = amount(text)
    except BadAmount as error:
        notes.append(f"The {meaning} “{storable(text)}” {error}. It is booked without one.")
        return None, ""
    if value < 0:
        notes.append(f"The {meaning} “{storable(text)}” is less than nothing. It is booked without one.")
        return None, currency
    return value, currency


def _currency(named: str, beside: str, otherwise: str, notes: list[str]) -> str:
    """The first that is one: what the postback names, what stood beside the amount, what the network or organization has.

    A code of three letters that we do not know is kept: the money waits at rate 0 until somebody says what it is.
    """
    for code in (named.strip().upper(), beside):
        if code in CURRENCIES or (len(code) == 3 and code.isascii() and code.isalpha()):
            return code
        if code:
            notes.append(f"“{storable(code)}” is no currency. {otherwise} is taken.")
    return otherwise


def _fingerprint(parameters: Mapping[str, str]) -> str:
    pairs = repr(sorted(parameters.items())).encode("utf-8", "surrogatepass")
    return hashlib.sha256(pairs).hexdigest()[:32]


def _refusal(claim: Claim, request: PostbackRequest, said: Mapping[str, Any]) -> str:
    if request.paused:
        return "The network was paused."
    if claim.status == IGNORE:
        return f"The network's map says to ignore the status “{storable(said.get('status', ''))}”."
    if not claim.status:
        return f"The network's map has no status “{storable(said.get('status', ''))}”."
    if not claim.click and not claim.txid:
        return request.unreadable.capitalize() if request.unreadable else "It names neither a click nor a transaction."
    return ""

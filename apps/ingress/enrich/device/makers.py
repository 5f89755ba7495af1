"""Who made the device, and which model it is."""

import re
from typing import NamedTuple

from ua_parser import PartialResult

from apps.ingress.enrich.device.names import read_pairs
from apps.ingress.enrich.patterns import DATA

SIGNS = read_pairs("brands.csv")
ANY_SIGN = re.compile("|".join(f"({pattern})" for pattern in SIGNS))
BRANDS = tuple(SIGNS.values())
# Makers that begin the names of their models with their own, however that is written.
NAMES = {name.casefold(): name for name in (DATA / "brand_names.txt").read_text(encoding="utf-8").splitlines()}
FIRST_WORDS = re.compile(r"([^\W_]+(?:[&-][^\W_]+)?)(?:[ _]([^\W_]+))?")
GENERIC = {
    "Generic",
    "Generic_Android",
    "Generic_Android_Tablet",
    "Generic_Inettv",
    "Desktop",
    "Spider",
    "Linux",
    "Other",
}
# As their owners write them.
SPELLINGS = {"XiaoMi": "Xiaomi", "Oppo": "OPPO", "vivo": "Vivo", "SonyEricsson": "Sony Ericsson", "Lumia": "Nokia"}
# Not models: the reduced agent, and words that only say what kind of thing it is.
NO_MODEL = {
    "K",
    "Smartphone",
    "Feature Phone",
    "Tablet",
    "Desktop",
    "Mac",
    "PC",
    "Linux",
    "Other",
    "Android",
    "Mobile",
    "Inettv",
}
# Phones without Android name themselves first, or as Firefox OS and its heirs do: `Nokia6300/2.0`, `(Mobile; BLU_Tank; rv:48.0)`.
PLAIN = re.compile(
    r"^(?:UNTRUSTED/1\.0/)?([A-Za-z][\w. -]{2,40}?)(?:/|\s+WAP)"
    r"|\((?:Mobile|Tablet); (?:\w+; )?([^;)]{3,40}); rv:|; ([^;)]{3,40})\) U2/"
)
NOT_PLAIN = re.compile(r"(?i)mozilla|opera|dalvik|ucweb|androiddownload|browser|player|hbbtv|\bapp\b|mre|cfnetwork")


class Maker(NamedTuple):
    brand: str = ""
    model: str = ""


NOBODY = Maker()


def maker_of(agent: str, parsed: PartialResult) -> Maker:
    """The brand by how makers number or name their models; where that says nothing, as ua-parser has it."""
    found = parsed.device
    if found and found.family == "Spider":
        return NOBODY
    model = (found.model if found else "") or ""
    if not model or model in NO_MODEL or model.startswith("Generic"):
        model = _plain_model(agent)
    brand = SPELLINGS.get(found.brand, found.brand) if found and found.brand and found.brand not in GENERIC else ""
    brand = _numbered(model) or _named(model) or brand
    return Maker(brand, "" if model in NO_MODEL else model)


def _numbered(model: str) -> str:
    match = ANY_SIGN.match(model)
    return BRANDS[match.lastindex - 1] if match and match.lastindex else ""


def _named(model: str) -> str:
    match = FIRST_WORDS.match(model)
    if not match:
        return ""
    both = f"{match[1]} {match[2]}".casefold() if match[2] else ""
    return NAMES.get(both) or NAMES.get(match[1].casefold(), "")


def _plain_model(agent: str) -> str:
    match = PLAIN.search(agent)
    model = next(filter(None, match.groups()), "") if match else ""
    return "" if NOT_PLAIN.search(model) else model.strip()

"""Forms of the rule builder as a browser sends them."""

import re
from html import unescape
from typing import Any

from apps.campaigns.builder.named import part_named
from apps.campaigns.models import Campaign

PAGE = "/campaigns/spring/rules"


def sent(campaign: Campaign, slug: str, **changes: Any) -> dict[str, Any]:
    """The form of a part as a browser sends it, with some of its fields changed."""
    kind, number = part_named(slug)
    part = kind.of(campaign.draft, number)
    return {"do": "save", "seen": campaign.revision, **dict(part.pairs()), **changes}


def rendered(page: str) -> dict[str, str]:
    """What a browser would send of the open form."""
    form = page[page.index('id="part"') : page.index("</form>", page.index('id="part"'))]
    fields = {}
    for tag in re.findall(r"<input [^>]*>", form):
        said = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if said.get("type") not in ("checkbox", "radio") or " checked" in tag:
            fields[said["name"]] = unescape(said.get("value", "on"))
    for name, text in re.findall(r'<textarea [^>]*name="([^"]*)"[^>]*>\n(.*?)</textarea>', form, re.S):
        fields[name] = unescape(text)
    for name, options in re.findall(r'<select [^>]*?name="([^"]*)"[^>]*>(.*?)</select>', form, re.S):
        chosen = re.search(r'value="([^"]*)" selected', options) or re.search(r'value="([^"]*)"', options)
        fields[name] = unescape(chosen[1]) if chosen else ""
    return fields


def drafted(campaign: Campaign) -> dict[str, Any]:
    campaign.refresh_from_db()
    return dict(campaign.draft)

"""A campaign of which every version is told from every other by each part of an answer, and clicks that watch for mixtures.

Version `v` sends clicks to `/v<v>/<destination>`, those on one of its links by a rule and the others by its fallback, and hands the
parameter `run` on under the name `v<v>`. Its rule and destinations have ids that no other version has.
"""

import re
import sys
import time
from collections import Counter
from typing import Any

from apps.accounts.models import Organization
from apps.campaigns import editing
from apps.campaigns.models import Campaign
from tests.faults.load import Load

CAMPAIGN = "versions"
RULED = "versions-ruled"
PER_VERSION = 3
PUBLISH_EVERY_S = 0.05
_SENT = re.compile(rb"(?i)\r\nlocation: https://shop\.example/v(\d+)/(\d+)\?trl_click=[0-9a-z]{21}&v(\d+)=")


def a_document(version: int) -> dict[str, Any]:
    ruled, left, rule = ids_of(version)
    return {
        "parameters": {"others": "drop", "named": [{"name": "run", "do": "rename", "as": f"v{version}"}]},
        "destinations": [_destination(version, ruled), _destination(version, left)],
        "rules": [_rule(rule, ruled)],
        "fallback": [{"destination": left, "weight": 1}],
        "next_id": rule + 1,
    }


def ids_of(version: int) -> tuple[int, int, int]:
    """The destination of its rule, that of its fallback, and its rule."""
    first = version * PER_VERSION
    return first, first + 1, first + 2


def publish(version: int) -> None:
    """As the page does: save the draft, then publish what was saved."""
    campaign = Campaign.objects.get(key=CAMPAIGN)
    saved = editing.save_draft(campaign.pk, a_document(version), seen=campaign.revision, user=None)
    editing.publish(campaign.pk, seen=saved.revision, user=None)


def found() -> None:
    """The campaign with its first version and a second link, live."""
    campaign = editing.new_campaign(Organization.objects.get(key="acme"), None, "Versions", key=CAMPAIGN)
    publish(1)
    editing.activate(campaign.pk, user=None)
    editing.add_link(campaign.pk, user=None, name=RULED, key=RULED)


def publish_for_ever() -> None:
    """One version after the other, until somebody ends it. Says which are through."""
    while True:
        version = newest() + 1
        publish(version)
        sys.stdout.write(f"published {version}\n")
        sys.stdout.flush()
        time.sleep(PUBLISH_EVERY_S)


def newest() -> int:
    version = Campaign.objects.get(key=CAMPAIGN).version
    return version.number if version else 0


class Watching(Load):
    """Clicks that note of which version each answer is. `mixed` are answers that are of no single one."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.versions: Counter[int] = Counter()
        self.mixed: list[bytes] = []

    def _note(self, head: bytes) -> None:
        super()._note(head)
        sent = _SENT.search(head)
        address, destination, parameter = map(int, sent.groups()) if sent else (0, 0, 0)
        if not sent or address != parameter or destination not in ids_of(address)[:2]:
            self.mixed.append(head)
            return
        self.versions[address] += 1


def _destination(version: int, number: int) -> dict[str, Any]:
    return {"id": number, "name": f"Of {version}", "url": f"https://shop.example/v{version}/{number}"}


def _rule(number: int, to: int) -> dict[str, Any]:
    when = {"field": "link_key", "op": "is", "value": RULED}
    return {"id": number, "name": "Ruled", "when": when, "to": [{"destination": to, "weight": 1}]}

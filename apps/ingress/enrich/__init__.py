"""What Trellis adds to an event: a list of pure steps. Wrong or missing data gives an empty field, never a lost event."""

from apps.ingress.enrich.ad_click import AdClick, ad_click
from apps.ingress.enrich.campaign_key import Named, campaign_key
from apps.ingress.enrich.channel import Channelled, channel
from apps.ingress.enrich.device import Device, device
from apps.ingress.enrich.kind import Classified, kind
from apps.ingress.enrich.landing_page import LandingPage, landing_page
from apps.ingress.enrich.language import Language, language
from apps.ingress.enrich.network import network
from apps.ingress.enrich.networks import Network
from apps.ingress.enrich.place import place
from apps.ingress.enrich.places import Place
from apps.ingress.enrich.referrer import Referred, referrer
from apps.ingress.enrich.snapshot import Tables
from apps.ingress.enrich.step import Step
from apps.ingress.enrich.utm import Utm, utm
from apps.ingress.event import Event

# In the order of the fields of an event.
STEPS: tuple[Step, ...] = (
    Step("place", Place, lambda event, tables: place(event, tables.places)),
    Step("network", Network, lambda event, tables: network(event, tables.networks)),
    Step("device", Device, lambda event, _: device(event)),
    Step("language", Language, lambda event, _: language(event)),
    Step("referrer", Referred, lambda event, tables: referrer(event, tables.referrers)),
    Step("utm", Utm, lambda event, _: utm(event)),
    Step("ad_click", AdClick, lambda event, tables: ad_click(event, tables.ad_clicks)),
    Step("campaign_key", Named, lambda event, tables: campaign_key(event, tables.campaign_keys)),
    Step("landing_page", LandingPage, lambda event, _: landing_page(event)),
    Step("channel", Channelled, lambda event, tables: channel(event, tables.channels)),
    Step("kind", Classified, lambda event, _: kind(event)),
)
# A step sees what the steps of earlier stages found: the event is put together once a stage, not once a step.
_LATER = {"network": 1, "campaign_key": 1, "channel": 1, "kind": 2}
STAGES = tuple(tuple(step for step in STEPS if _LATER.get(step.name, 0) == stage) for stage in range(3))


def enrich(event: Event, tables: Tables) -> Event:
    values = list(event)
    for steps in STAGES:
        for step in steps:
            values[step.first : step.end] = step.run(event, tables)
        event = Event._make(values)
    return event

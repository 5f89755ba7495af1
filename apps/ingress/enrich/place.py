"""Where a click came from: country, region, city, time zone, and the network that announces its address."""

from apps.ingress.enrich.places import Place, Places
from apps.ingress.event import Event


def place(event: Event, places: Places) -> Place:
    """Source: the files of `TRELLIS_GEOIP_PATH`. An address they do not know, or that is none, has no place."""
    return places.of(event.ip)

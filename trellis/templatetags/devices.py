"""An agent in words."""

from django import template

from apps.ingress.enrich.agents import AGENT_MAX_CHARS
from apps.ingress.enrich.device import device_of
from apps.ingress.enrich.device.hints import sent_in

register = template.Library()


@register.filter
def device_words(agent: str) -> str:
    """`Chrome on Windows`; what is not known is left out."""
    device = device_of(agent[:AGENT_MAX_CHARS], sent_in(()))
    known = " on ".join(filter(None, [device.browser, device.os]))
    return known or "An unknown program"

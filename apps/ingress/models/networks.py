"""The table of networks that are known for what they are."""

from django.core.exceptions import ValidationError
from django.db import models

from apps.ingress.models.tables import Row
from apps.ingress.network_names import BadNetwork, parse_network, written


class KnownNetwork(Row):
    """A range of addresses, an autonomous system, or a word of its name; what it is and whose."""

    class Kind(models.TextChoices):
        NOTHING = "", "nothing special"
        HOSTING = "hosting"
        VPN = "vpn", "VPN"
        PROXY = "proxy"
        TOR = "tor", "Tor"
        CRAWLER = "crawler"

    network = models.CharField(
        max_length=100,
        unique=True,
        help_text="A range (203.0.113.0/24), a number (AS64496), or a word that stands in the name of the network. "
        "A range goes before a number, a longer prefix before a shorter one, a word comes last.",
    )
    kind = models.CharField(max_length=10, choices=Kind, blank=True)
    owner = models.CharField(max_length=200, blank=True, help_text="Empty: the name that the geo data knows.")

    class Meta:
        ordering = ("network",)

    def __str__(self) -> str:
        return self.network

    def clean(self) -> None:
        """Writes the network in its one way, so that the same is not there twice."""
        try:
            self.network = written(parse_network(self.network))
        except BadNetwork as error:
            raise ValidationError({"network": str(error)}) from error

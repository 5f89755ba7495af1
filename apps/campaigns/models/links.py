"""Links: the addresses people follow."""

from datetime import datetime
from typing import ClassVar
from urllib.parse import quote

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from apps.accounts.belonging import Insider
from apps.accounts.models import Organization
from apps.campaigns.destination import CIRCLE, leads_back, link_hosts_of, validate_destination
from apps.campaigns.models.campaigns import Campaign
from apps.campaigns.models.keys import key_field
from apps.campaigns.models.words import validate_line

PARAMETERS_MAX = 50
PARAMETER_MAX_CHARS = 200
# Sources write their macros in all these ways: {id} {{ad.id}} ${SUBID} __CID__ [ZONE] $id$. Escaped they would not be replaced.
MACRO_LETTERS = "{}$[]"


def validate_parameters(parameters: object) -> None:
    """Raises ValidationError: no list of at most 50 pairs of texts, a name missing or there twice."""
    if not isinstance(parameters, list) or not all(_is_pair(each) for each in parameters):
        raise ValidationError(f"Give pairs of a name and a value, each at most {PARAMETER_MAX_CHARS} characters.")
    names = [name for name, _ in parameters]
    if len(names) > PARAMETERS_MAX or len(set(names)) < len(names):
        raise ValidationError(f"Give at most {PARAMETERS_MAX} parameters, each name once.")


class LinkQuerySet(models.QuerySet["Link"]):
    def visible_to(self, member: Insider) -> "LinkQuerySet":
        return self.filter(organization_id=member.organization_id)


class Link(models.Model):
    """A key under `/in/` and where it leads: to its campaign, or without one to its destination.

    `parameters` are appended to the address people copy; `source` names the preset they came from.
    """

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="links")
    # RESTRICT, as PROTECT would keep an organization from ever being deleted.
    campaign = models.ForeignKey(Campaign, on_delete=models.RESTRICT, related_name="links", null=True, blank=True)
    key = key_field()
    name = models.CharField(max_length=200, validators=[validate_line])
    destination = models.CharField(max_length=2000, blank=True, validators=[validate_destination])
    source = models.CharField(max_length=40, blank=True, validators=[validate_line])
    parameters = models.JSONField(default=list, blank=True, validators=[validate_parameters])
    paused_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, editable=False
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects: ClassVar[LinkQuerySet] = LinkQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("-created_at", "-id")
        constraints = [
            models.CheckConstraint(
                condition=Q(campaign__isnull=False) | ~Q(destination=""), name="link_leads_somewhere"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.key})"

    def clean(self) -> None:
        if not self.destination and self.campaign_id is None:
            raise ValidationError({"destination": ValidationError("This field is required.", code="required")})
        # Our own host is seen to by the field.
        hosts = link_hosts_of(self.organization) if self.organization_id else ()
        if leads_back(self.destination, hosts) and not leads_back(self.destination):
            raise ValidationError({"destination": ValidationError(CIRCLE, code="circle")})

    @property
    def url(self) -> str:
        return f"{settings.TRELLIS_INGRESS_URL}/in/{self.key}"

    @property
    def address(self) -> str:
        """The URL with the link's parameters; macros of the source stay as the source wants them."""
        query = "&".join(f"{_escaped(name)}={_escaped(value)}" for name, value in self.parameters)
        return f"{self.url}?{query}" if query else self.url

    def pause(self, now: datetime) -> None:
        self.paused_at = now
        self.save(update_fields=["paused_at", "updated_at"])

    def resume(self) -> None:
        self.paused_at = None
        self.save(update_fields=["paused_at", "updated_at"])


def _is_pair(each: object) -> bool:
    return isinstance(each, list | tuple) and len(each) == 2 and all(map(_is_word, each)) and bool(each[0])


def _is_word(text: object) -> bool:
    return isinstance(text, str) and len(text) <= PARAMETER_MAX_CHARS and text.isprintable()


def _escaped(text: str) -> str:
    return quote(text, safe=MACRO_LETTERS)

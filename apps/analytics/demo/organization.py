"""The demo organization itself: its people, its domain and its links."""

from dataclasses import dataclass
from datetime import datetime

from allauth.account.models import EmailAddress
from django.db import transaction

from apps.accounts.models import Domain, Membership, Organization, User
from apps.accounts.roles import Role
from apps.analytics.demo.campaigns import CAMPAIGNS, found_campaign
from apps.campaigns.models import Link
from apps.campaigns.publish import publish_link

KEY = "demo"
NAME = "Demo shop (generated data)"
TIME_ZONE = "Europe/Berlin"
OWNER_EMAIL = "demo@trellis.localhost"
VIEWER_EMAIL = "viewer@trellis.localhost"
DOMAIN = "shop.example.com"
DEFAULT_DESTINATION = f"https://{DOMAIN}/"
SAFE_URL = "https://example.org/not-found"


class NotOurs(Exception):
    """There is an organization with the demo's key that the demo did not make."""


@dataclass(frozen=True)
class DemoLink:
    key: str
    name: str
    destination: str
    paused: bool = False


LINKS = (
    DemoLink("demo-news", "Newsletter", f"https://{DOMAIN}/this-week?click={{click_id}}"),
    DemoLink("demo-search", "Search ads", f"https://{DOMAIN}/start?click={{click_id}}&from={{source}}"),
    DemoLink("demo-social", "Paid social", f"https://{DOMAIN}/collections/autumn?click={{click_id}}"),
    DemoLink("demo-bio", "Link in the Instagram profile", f"https://{DOMAIN}/as-seen-on-instagram"),
    DemoLink("demo-parcel", "QR code on the parcel card", f"https://{DOMAIN}/thank-you?click={{click_id}}"),
    DemoLink("demo-fern", "Fern & Field, affiliate", f"https://{DOMAIN}/friends/fern-and-field?click={{click_id}}"),
    DemoLink("demo-nora", "Nora's video about potting soil", f"https://{DOMAIN}/potting-soil"),
    DemoLink("demo-guide", "Winter garden guide", "https://example.org/guides/winter-garden"),
    DemoLink("demo-reels", "TikTok ads", f"https://{DOMAIN}/collections/balcony?click={{click_id}}"),
    DemoLink("demo-pins", "Pinterest ads", f"https://{DOMAIN}/collections/terracotta?click={{click_id}}"),
    DemoLink("demo-press", "Where the press and assistants link to", f"https://{DOMAIN}/about/clay"),
    DemoLink("demo-offices", "Plants for offices, LinkedIn", f"https://{DOMAIN}/offices?click={{click_id}}"),
    DemoLink("demo-sms", "Text messages", f"https://{DOMAIN}/vip?click={{click_id}}"),
    DemoLink("demo-spring", "Spring sale 2026", f"https://{DOMAIN}/sale", paused=True),
)


@transaction.atomic
def found(now: datetime, *, password: str, staff: bool) -> Organization:
    """The demo organization, made now or as it was made before. Errors: NotOurs."""
    if organization := Organization.objects.filter(key=KEY).first():
        if not organization.memberships.filter(user__email=OWNER_EMAIL).exists():
            raise NotOurs(f"The organization {KEY!r} belongs to somebody: {OWNER_EMAIL} is not in it.")
        return organization
    organization = Organization.objects.create(
        key=KEY,
        name=NAME,
        time_zone=TIME_ZONE,
        default_destination=DEFAULT_DESTINATION,
        safe_url=SAFE_URL,
        is_generated=True,
    )
    owner = _member(organization, OWNER_EMAIL, "Dana Demo", Role.OWNER, password, staff=staff)
    _member(organization, VIEWER_EMAIL, "Vic Viewer", Role.VIEWER, password)
    Domain.objects.create(organization=organization, name=DOMAIN, verified_at=now)
    for link in LINKS:
        _link(organization, link, owner, now)
    return organization


def _member(
    organization: Organization, email: str, name: str, role: Role, password: str, *, staff: bool = False
) -> User:
    """A person who existed before keeps name, password and rights: this must not be a way to become somebody."""
    user = User.objects.filter(email=email).first()
    if user is None:
        user = User.objects.create_user(email, password, name=name, is_staff=staff, is_superuser=staff)
        EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    Membership.objects.get_or_create(user=user, organization=organization, defaults={"role": role})
    return user


def _link(organization: Organization, demo: DemoLink, owner: User, now: datetime) -> None:
    """A key that another organization has already is left to it: its clicks are told by key anyway."""
    if demo.key in CAMPAIGNS:
        if not Link.objects.filter(key=demo.key).exists():
            found_campaign(organization, demo.key, demo.name, owner)
        return
    link, new = Link.objects.get_or_create(
        key=demo.key,
        defaults={
            "organization": organization,
            "name": demo.name,
            "destination": demo.destination,
            "created_by": owner,
            "paused_at": now if demo.paused else None,
        },
    )
    if new:
        publish_link(link)

"""The first steps of a new organization. Each step checks itself against what is stored; nobody ticks anything off."""

from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse

from apps.accounts.models import ApiKey, Membership
from apps.analytics.addresses import address_of
from apps.analytics.reports.first_events import first_events
from apps.campaigns.models import Link
from apps.ingress.event import Origin
from apps.ingress.models import Postback
from apps.ingress.warehouse.reader import Warehouse


@dataclass(frozen=True)
class Step:
    """`copy` is what to copy for the next action, `action_url` where it happens; either may be empty."""

    title: str
    done: bool
    how: str
    seen: str = ""
    copy: str = ""
    action_url: str = ""
    action_label: str = ""


@dataclass(frozen=True)
class Onboarding:
    """`nothing_yet`: no event through any door, so there is nothing to see but the steps."""

    steps: list[Step]
    nothing_yet: bool

    @property
    def done(self) -> int:
        return sum(step.done for step in self.steps)

    @property
    def finished(self) -> bool:
        """The two steps without which there is nothing to see; a key and a log are for those who want them."""
        return all(step.done for step in self.steps[:2])

    @property
    def next(self) -> Step | None:
        return next((step for step in self.steps if not step.done), None)


def onboarding(member: Membership, warehouse: Warehouse) -> Onboarding:
    """The steps with their state. Errors: those of Warehouse.rows. Cost: three PostgreSQL queries, one ClickHouse."""
    links = Link.objects.visible_to(member)
    link = links.filter(paused_at=None).order_by("created_at").first() or links.first()
    seen = first_events(warehouse)
    postbacks = Postback.objects.filter(organization_id=member.organization_id)
    has_key = ApiKey.objects.visible_to(member).filter(revoked_at=None).exists()
    live = seen.get(Origin.LIVE)
    imported = seen.get(Origin.IMPORT)
    return Onboarding(
        [
            _link_step(link),
            _click_step(link, live.events if live else 0),
            _postback_step(postbacks.filter(reason=Postback.Reason.ACCEPTED).exists()),
            _key_step(has_key),
            _import_step(member.organization.key, imported.events if imported else 0),
        ],
        nothing_yet=not seen,
    )


def _link_step(link: Link | None) -> Step:
    return Step(
        "Create a tracked link",
        done=link is not None,
        how="A name and a destination are enough; campaigns can be understood later.",
        seen=f"/in/{link.key}" if link else "",
        action_url=reverse("campaigns:new-link"),
        action_label="Create a link",
    )


def _click_step(link: Link | None, events: int) -> Step:
    return Step(
        "See the first click arrive",
        done=events > 0,
        how="Open the link in another window: it is here within seconds."
        if link
        else "Create a link first, then open it.",
        seen=f"{events:,} received",
        copy=link.url if link else "",
        action_url=reverse("analytics:live"),
        action_label="Watch live",
    )


def _postback_step(seen: bool) -> Step:
    return Step(
        "See the first conversion",
        done=seen,
        how="A network or shop reports it by a postback; then reports know what clicks earn.",
        seen="a postback came in",
        action_url=address_of("attribution:networks"),
        action_label="Connect a network",
    )


def _key_step(has_key: bool) -> Step:
    return Step(
        "Make an API key",
        done=has_key,
        how=f"For programs that read events: GET {settings.TRELLIS_PAGES_URL}/api/v1/events.",
        seen="a key is in use",
        action_url=reverse("accounts:api-keys"),
        action_label="API keys",
    )


def _import_step(organization_key: str, events: int) -> Step:
    manage = "./dev manage" if settings.DEBUG else "python manage.py"
    return Step(
        "Bring in an access log",
        done=events > 0,
        how="Your web server's history, through the same door as live clicks. Importing twice stores once.",
        seen=f"{events:,} imported",
        copy=f"{manage} import_access_log access.log --organization {organization_key}",
    )

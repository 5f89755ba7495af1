"""The cast with something worth hiding: all of acme's has a word in it that nobody of `other` may ever read."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.conf import settings as configured
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.accounts.models import ApiKey, AuditEntry, Membership, Organization
from apps.accounts.roles import Scope
from apps.analytics.reports.events import Cursor
from apps.attribution.booking import book_waiting
from apps.attribution.costs import take_in
from apps.attribution.ledger import applying
from apps.attribution.models import Booking, Policy
from apps.campaigns.models import Campaign, Link
from apps.ingress.event import Event
from apps.ingress.models import OrganizationTables, TableRevision
from tests.accounts import make
from tests.analytics.make import a_click, a_saved_view, stored
from tests.attribution.make import a_network, a_postback
from tests.attribution.retroactive import a_draft, an_edition_of_a_run
from tests.attribution.webhooks.make import a_message, an_endpoint
from tests.campaigns.make import a_campaign
from tests.ingress.letters import a_letter
from tests.ingress.make import a_job
from tests.ingress.postbacks import a_stored_postback
from tests.security.hostile import Asked, ask_everything

SECRET = "secret-of-acme"
TWIN = "own-of-other"
INVITED = "0123456789abcdef" * 4
CHANGES = ("INSERT", "UPDATE", "DELETE")
# A session remembers messages; a key, the minute it was used.
KEPT_BY_READING = ('"django_session"', '"usersessions_usersession"', '"last_used_at"')


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents and not item.get_closest_marker("django_db"):
            item.add_marker(pytest.mark.django_db(databases=["default", "clickhouse"]))


@pytest.fixture(autouse=True)
def _limits_of_its_own(settings: Any) -> None:
    """Sign-in attempts are counted in Redis: each test has its own count, or one would slow down the next."""
    settings.CACHES = {"default": {**configured.CACHES["default"], "KEY_PREFIX": f"test-{secrets.token_hex(8)}"}}


@pytest.fixture(scope="session")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> list[Asked]:
    """Every nasty word in every place of a request, with what the real server answered and kept."""
    return ask_everything(tmp_path_factory.mktemp("hostile"))


@dataclass(frozen=True)
class Acme:
    """What Alice's organization has, and what an address calls it."""

    owner: Membership
    link: Link
    key: ApiKey
    token: str
    event: Event
    objects: dict[str, object]
    invited: str = INVITED
    edition: int = 1

    @property
    def organization(self) -> Organization:
        return self.owner.organization

    @property
    def cursor(self) -> str:
        """Of a page that began with all of acme's events."""
        return str(Cursor(self.event.happened_at + timedelta(seconds=1), self.event.event_id))

    def names(self, route: str) -> dict[str, object]:
        """For the open places of an address. In the admin `object_id` is of the model whose pages these are."""
        model = "/".join(route.split("/")[1:3])
        return {
            "key": self.link.key, "key_id": self.key.key_id, "event_id": self.event.event_id, "kind": "svg", "uidb36": "1",
            "step": "basics", "part": "policies" if "retroactive" in route else "settings", "at": "policy",
            # Versions of campaigns are counted for each, editions for each organization.
            "number": self.edition if "edition" in route or "retroactive" in route else 1,
            "draft_id": self.objects["attribution/rundraft"], "run_id": self.objects["attribution/run"],
            "network_id": self.objects["attribution/network"], "group": "sources", "view_id": self.objects["analytics/savedview"],
            "conversion_id": self.objects["attribution/conversion"], "upload_id": self.objects["attribution/costupload"],
            "provider_id": "nobody",
            "domain_id": self.objects["accounts/domain"], "job_id": self.objects["ingress/job"],
            "object_id": self.objects.get(model, 1), "id": self.owner.user_id, "content_type_id": 1, "app_label": "accounts",
            "endpoint_id": self.objects["attribution/webhookendpoint"],
            "delivery_id": self.objects["attribution/webhookdelivery"], "url": "nothing",
            "member_id": self.owner.pk, "invitation_id": self.objects["accounts/invitation"], "token": self.invited,
            "session_id": 1,
        }  # fmt: skip


@pytest.fixture
def acme(db: None) -> Acme:
    return everything_of(make.with_verified_address(make.alice()), SECRET)


@pytest.fixture
def twin(acme: Acme) -> Acme:
    """All of the same kinds that Alice has, in Charlie's organization."""
    return everything_of(make.with_verified_address(make.charlie()), TWIN, invited=INVITED[::-1], edition=7)


def everything_of(owner: Membership, word: str, *, invited: str = INVITED, edition: int = 1) -> Acme:
    """A thing of each kind in the owner's organization, each with the word in it."""
    organization = owner.organization
    organization.name, organization.safe_url = word, f"https://{word}.example/safe"
    organization.save()
    domain = make.a_domain(organization, f"{word}.example", verified_at=timezone.now())
    campaign = a_campaign(organization, word, name=word, live=True, tags=[word])
    link = campaign.links.get()
    link.destination = f"https://{word}.example/"
    link.save()
    key, token = make.an_api_key(organization, [*Scope], name=word)
    [event] = stored(_a_telling_click(organization.pk, word))
    second_factor = Authenticator.objects.create(user=owner.user, type=Authenticator.Type.TOTP, data={"secret": ""})
    objects = {
        "accounts/apikey": key.pk,
        "accounts/auditentry": AuditEntry.objects.latest("pk").pk,
        "accounts/domain": domain.pk,
        "accounts/invitation": make.an_invitation(owner, f"{word}@example.com", token=invited).pk,
        "accounts/membership": owner.pk,
        "accounts/organization": organization.pk,
        "accounts/user": owner.user_id,
        "accounts/wardenissuer": make.an_issuer(organization, key=word, name=word, issuer=f"https://{word}.example").pk,
        "account/emailaddress": EmailAddress.objects.get(user=owner.user).pk,
        **_money(organization, word),
        **_naming(owner, campaign, word, edition),
        **_told(campaign, word),
        "auth/group": Group.objects.create(name=word).pk,
        "analytics/savedview": a_saved_view(owner, name=word, is_shared=True).pk,
        "campaigns/campaign": campaign.pk,
        "campaigns/campaignversion": campaign.version_id,
        "campaigns/link": link.pk,
        "ingress/deadletter": a_letter(
            word.encode(), organization_id=organization.pk, segment_id=str(organization.pk)
        ).pk,
        "ingress/job": a_job(organization.pk, title=word).pk,
        "ingress/organizationtables": OrganizationTables.write(organization.pk, by=word).pk,
        "ingress/tablerevision": TableRevision.objects.latest("pk").pk,
        "ingress/postback": a_stored_postback(organization.pk, f"/postback/{word}?txid={word}").pk,
        "ingress/storedevent": event.event_id,
        "mfa/authenticator": second_factor.pk,
    }
    return Acme(owner, link, key, token, event, objects, invited, edition)


def _told(campaign: Campaign, word: str) -> dict[str, object]:
    """A run, and who hears of it."""
    now = timezone.now()
    rule = applying.in_force(campaign)
    run = applying.plan(campaign, rule, now - timedelta(days=9), now, policy=Policy.FILL, now=now, note=word)
    endpoint = an_endpoint(campaign.organization, f"https://{word}.example/hook")
    return {
        "attribution/run": run.pk,
        "attribution/webhookendpoint": endpoint.pk,
        "attribution/webhookdelivery": a_message(endpoint).pk,
    }


def _money(organization: Organization, word: str) -> dict[str, object]:
    """A network with a postback that is booked, and a file of costs."""
    network = a_network(organization, name=word, secret=word)
    postback = a_postback(network, txid=word, click_id=word, goal=word, payout="1")
    book_waiting(timezone.now())
    booking = Booking.objects.get(postback_id=postback.pk)
    upload = take_in(organization, f"{word}.csv", f"date,cost,campaign\n2026-11-01,5,{word}\n".encode())
    return {
        "attribution/network": network.pk,
        "attribution/booking": booking.pk,
        "attribution/conversion": booking.conversion_id,
        "attribution/costupload": upload.pk,
    }


def _naming(owner: Membership, campaign: Campaign, word: str, edition: int) -> dict[str, object]:
    """A draft, and a run that made the first edition."""
    draft = a_draft(owner, name=word, note=word)
    return {
        "attribution/rundraft": draft.pk,
        "attribution/run": an_edition_of_a_run(campaign, edition, note=word).run_id,
    }


@pytest.fixture
def charlie(acme: Acme) -> Membership:
    """Of another organization, in which something has happened too."""
    charlie = make.charlie()
    stored(_a_telling_click(charlie.organization_id, "own-of-other"))
    return charlie


@contextmanager
def nothing_changed() -> Iterator[None]:
    """Fails when anything was written to PostgreSQL meanwhile, but for what a session or a key remembers."""
    with CaptureQueriesContext(connection) as asked:
        yield
    written = [query["sql"] for query in asked.captured_queries if query["sql"].startswith(CHANGES)]
    assert [sql for sql in written if not any(word in sql for word in KEPT_BY_READING)] == []


def _a_telling_click(organization_id: int, word: str = SECRET) -> Event:
    return a_click(
        timezone.now() - timedelta(minutes=1), organization=organization_id, link_key=word, path=f"/in/{word}",
        query=f"utm_source={word}", parameters={"utm_source": word}, host=f"{word}.example", user_agent=word, referrer=word,
        destination=f"https://{word}.example/", headers=(("User-Agent", word),),
    )  # fmt: skip

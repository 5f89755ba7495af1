"""`manage.py warden_dev [--port 8002] [--organization demo]`: a small Warden on this machine, and Trellis told to believe it."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse

from apps.accounts.models import Organization
from apps.accounts.roles import Role
from apps.accounts.warden.dev.issuing import AUDIENCE, CLIENT_ID, CLIENT_SECRET, SmallWarden, Somebody
from apps.accounts.warden.dev.serving import WardenServer
from apps.accounts.warden.models import Family, WardenIssuer, WardenOrganization

KEY = "warden-dev"


class Command(BaseCommand):
    help = "Runs a small Warden for development: OpenID Connect, keys, tokens and service keys. It lets anybody in."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8002)
        parser.add_argument("--organization", default="demo", help="key of the organization its people come to")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.TRELLIS_SECURE:
            raise CommandError("Whoever reaches it is let in, so it runs only where TRELLIS_SECURE is off.")
        organization = Organization.objects.filter(key=options["organization"]).first()
        if organization is None:
            raise CommandError(f"There is no organization {options['organization']}.")
        server = WardenServer(options["port"])
        furnish(server.warden, organization)
        believe(server.warden.issuer, organization)
        self._tell(server.warden, organization)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            server.server_close()

    def _tell(self, warden: SmallWarden, organization: Organization) -> None:
        person = warden.people[0]
        self.stdout.write(f"Warden of development at {warden.issuer}. Sign in at {settings.TRELLIS_PAGES_URL}.")
        self.stdout.write(f"A token of {person.name}, for an hour:\n{warden.token(person.claims())}")
        self.stdout.write(f"A service key that reads reports:\n{warden.add_service_key(organization.key)}")


def furnish(warden: SmallWarden, organization: Organization) -> None:
    """A key, and one person of each role."""
    warden.add_key()
    callback = reverse("openid_connect_callback", args=[KEY])
    warden.redirect_uris.add(f"{settings.TRELLIS_PAGES_URL}{callback}")
    warden.people += [
        Somebody(
            f"dev-{role}",
            f"{role}@warden.localhost",
            f"{role.label} of Warden",
            (organization.key,),
            (f"trellis:{role}",),
        )
        for role in (Role.MARKETER, Role.VIEWER, Role.ADMIN)
    ]


def believe(address: str, organization: Organization) -> WardenIssuer:
    """The issuer at this address, for this organization: the row that staff would make in the admin."""
    issuer = WardenIssuer.objects.filter(key=KEY).first() or WardenIssuer(key=KEY, name="Warden (development)")
    issuer.issuer, issuer.audience, issuer.family = address, AUDIENCE, Family.JWKS
    issuer.jwks_url, issuer.introspection_url = f"{address}/jwks", f"{address}/introspect"
    issuer.service_key_prefix, issuer.client_id, issuer.signs_in = "wdn_sk_", CLIENT_ID, True
    issuer.exchanges_tokens, issuer.is_active = True, True
    issuer.keep_secrets(client_secret=CLIENT_SECRET)
    issuer.full_clean()
    issuer.save()
    WardenOrganization.objects.update_or_create(
        issuer=issuer, organization=organization, defaults={"external_id": organization.key, "highest": Role.ADMIN}
    )
    return issuer

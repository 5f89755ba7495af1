"""How sign-in behaves here: what django-allauth asks of the project."""

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest

from apps.accounts.client_ip import client_ip


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    def format_email_subject(self, subject: str) -> str:
        return f"Trellis: {subject}"

    def get_client_ip(self, request: HttpRequest) -> str:
        """Our own reading of the proxies: allauth counts them, we know them by address."""
        peer = request.META.get("REMOTE_ADDR", "")
        return client_ip(peer, request.headers.get("X-Forwarded-For", ""), settings.TRUSTED_PROXIES)

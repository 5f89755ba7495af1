"""Signing in at Warden as a browser does it, by hand: each step over HTTP."""

import html
import json
import re
from urllib.parse import parse_qs, urlsplit

import requests
from django.http import HttpResponse
from django.test import Client

from apps.accounts.management.commands.warden_dev import KEY
from apps.accounts.warden.dev.serving import WardenServer

START = f"/accounts/oidc/{KEY}/login/"
CALLBACK = f"/accounts/oidc/{KEY}/login/callback/"


def begin(client: Client, **said: str) -> str:
    """The address at Warden that the page leads to."""
    page = client.post(START, said).text
    return html.unescape(re.search(r'http-equiv="refresh" content="0; url=([^"]+)"', page)[1])


def let_in(server: WardenServer, address: str, subject: str) -> str:
    """The address that Warden sends the browser back to."""
    server.warden.redirect_uris.add(f"http://testserver{CALLBACK}")
    asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    answer = requests.post(
        f"{server.warden.issuer}/authorize",
        {"asked": json.dumps(asked), "subject": subject},
        allow_redirects=False,
        timeout=10,
    )
    return answer.headers["Location"].removeprefix("http://testserver")


def sign_in(client: Client, server: WardenServer, subject: str, **said: str) -> HttpResponse:
    """Where Trellis leads when the person comes back."""
    return client.get(let_in(server, begin(client, **said), subject))  # type: ignore[return-value]

"""What must be known to nobody else: not from the database, not from a log, not from what was put aside."""

import json
import logging
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import structlog
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from allauth.mfa.utils import decrypt
from cryptography.fernet import InvalidToken
from django.core.mail import EmailMessage
from django.db import connection
from django.test import Client
from django.utils import timezone

from apps.accounts.models import ApiKey, Membership
from apps.ingress.models import DeadLetter
from apps.ingress.store import store_lines
from tests.accounts import make
from tests.ingress.servers import running_ingress
from tests.security.hostile import request

SECRET = "JBSWY3DPEHPK3PXP"
# What a visitor's browser may carry that is none of our business.
OF_A_VISITOR = {
    "Cookie": "sessionid=visitors-secret",
    "Authorization": "Bearer visitors-secret",
    "Proxy-Authorization": "Basic visitors-secret",
    "X-Api-Key": "visitors-secret",
    "X-CSRFToken": "visitors-secret",
}

Written = Callable[[], str]


@pytest.fixture
def written() -> Iterator[Written]:
    """What goes into the log from now on."""
    root, stream = logging.getLogger(), StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        next(h.formatter for h in root.handlers if isinstance(h.formatter, structlog.stdlib.ProcessorFormatter))
    )
    root.addHandler(handler)
    yield stream.getvalue
    root.removeHandler(handler)


@pytest.fixture
def alice(db: None) -> Membership:
    return make.with_verified_address(make.alice())


def everything_in(table: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table}")
        return str(cursor.fetchall())


def test_the_database_does_not_hold_the_secret_of_a_second_factor(alice: Membership) -> None:
    TOTP.activate(alice.user, SECRET)
    codes = RecoveryCodes.activate(alice.user)

    stored = everything_in("mfa_authenticator")
    assert SECRET not in stored
    assert codes.generate_codes()[0] not in stored


def test_a_second_factor_opens_under_a_former_key(alice: Membership, settings: Any) -> None:
    TOTP.activate(alice.user, SECRET)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "a new one" * 8, [settings.SECRET_KEY]

    authenticator = Authenticator.objects.get(user=alice.user)
    assert authenticator.wrap().instance.data["secret"] != SECRET
    assert _opened(authenticator) == SECRET


def test_sessions_go_on_under_a_new_key_and_a_former_one(client: Client, alice: Membership, settings: Any) -> None:
    page = make.signed_in(client, alice)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "a new one" * 8, [settings.SECRET_KEY]
    assert page.get("/settings").status_code == 200

    settings.SECRET_KEY_FALLBACKS = []
    assert page.get("/settings").status_code == 200


def test_a_second_factor_stays_shut_under_another_key(alice: Membership, settings: Any) -> None:
    TOTP.activate(alice.user, SECRET)
    settings.SECRET_KEY = "somebody else's" * 8

    with pytest.raises(InvalidToken):
        _opened(Authenticator.objects.get(user=alice.user))


def test_the_database_does_not_hold_a_token(alice: Membership) -> None:
    key, token = make.an_api_key(alice.organization)

    assert token.removeprefix(f"{key.prefix}_") not in everything_in("accounts_apikey")


@pytest.mark.parametrize(
    "wrong",
    [lambda token: token[:-1], lambda token: token.replace("live", "test"), lambda token: token + "0", str.upper],
)
def test_a_token_that_is_nearly_right_opens_nothing(
    client: Client, alice: Membership, wrong: Callable[[str], str]
) -> None:
    _, token = make.an_api_key(alice.organization)
    stranger = client.get("/api/v1/events", headers={"Authorization": "Bearer trl_live_000000000000_0"})

    answer = client.get("/api/v1/events", headers={"Authorization": f"Bearer {wrong(token)}"})

    assert answer.status_code == 401
    assert answer.json()["detail"] == stranger.json()["detail"]


def test_no_log_holds_a_password_or_a_token(client: Client, alice: Membership, written: Written) -> None:
    key, token = make.an_api_key(alice.organization)
    client.post("/accounts/login/", {"login": "alice@example.com", "password": "nearly-the-password"})
    client.post("/accounts/login/", {"login": "alice@example.com", "password": make.PASSWORD})
    client.get("/api/v1/events", headers={"Authorization": f"Bearer {token}"})
    client.get("/api/v1/events", headers={"Authorization": f"Bearer {token}x"})
    client.post("/settings/signing/show")
    ApiKey.objects.all().delete()

    assert "/api/v1/events" in written()
    for secret in (
        "nearly-the-password",
        make.PASSWORD,
        token.removeprefix(key.prefix),
        alice.organization.link_secret,
    ):
        assert secret not in written()


def test_no_log_holds_what_opens_an_account(
    client: Client, alice: Membership, mailoutbox: list[EmailMessage], written: Written
) -> None:
    """Whoever reads the log in the next minutes could set the password."""
    client.post("/accounts/password/reset/", {"email": "alice@example.com"})
    link = next(word for word in str(mailoutbox[0].body).split() if "/password/reset/key/" in word)
    client.get(link.partition("testserver")[2])
    client.get("/accounts/confirm-email/MQ:1abcde:somebodys-key/")
    client.get("/invitations/somebodys-token")
    client.get("/accounts/login/?next=/invitations/somebodys-token&x=1")
    client.get("/accounts/login/?next=%2Finvitations%2Fsomebodys-token")
    logging.getLogger("django.request").warning("Not Found: %s", link)

    assert "/accounts/password/reset/key/…/" in json.dumps(written(), ensure_ascii=False).replace("\\\\u2026", "…")
    assert link.rstrip("/").rpartition("/")[2] not in written()
    assert "somebodys-key" not in written()
    assert "somebodys-token" not in written()


def test_nothing_of_a_visitors_secrets_reaches_the_disk_or_the_log(tmp_path: Path) -> None:
    headers = [(name.encode(), value.encode()) for name, value in OF_A_VISITOR.items()]

    with running_ingress(tmp_path) as ingress:
        ingress.send(request(1, b"/in/spring", headers))
        ingress.send(request(2, b"/in/\xff\x00", headers))
        ingress.send(request(3, b"/elsewhere", headers))
        kept = ingress.events()

    assert [set(event.withheld_headers) for event in kept] == [set(OF_A_VISITOR)]
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert not [path.name for path in files if b"visitors-secret" in path.read_bytes()]


def test_a_dead_letter_holds_the_line_and_nothing_more() -> None:
    store_lines("broken", [b'{"id": "no number"}'], now=timezone.now())

    letter = DeadLetter.objects.get()
    assert bytes(letter.line) == b'{"id": "no number"}'
    assert "Traceback" not in letter.reason


def _opened(authenticator: Authenticator) -> str:
    return str(decrypt(authenticator.data["secret"]))

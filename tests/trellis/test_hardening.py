"""What browsers are told on every page, and what is too large to be taken."""

import io

import pytest
from django.test import Client

from tests.accounts.make import alice, signed_in
from tests.trellis.test_checks import production, python
from trellis.hardening import REQUEST_MAX_BYTES

pytestmark = pytest.mark.django_db

PAGES = (
    "/accounts/login/",
    "/admin/login/",
    "/api/docs/",
    "/api/schema/",
    "/healthz",
    "/nothing-here",
    "/api/v1/events",
)
COOKIES = """
import django
django.setup()
from django.conf import settings as s
for name in ("SESSION", "CSRF"):
    print(*(getattr(s, f"{name}_COOKIE_{what}") for what in ("NAME", "SECURE", "HTTPONLY", "SAMESITE", "PATH", "DOMAIN")))
"""


@pytest.mark.parametrize("page", PAGES)
def test_every_answer_says_what_browsers_may_not_do(client: Client, page: str) -> None:
    headers = client.get(page).headers

    assert "camera=()" in headers["Permissions-Policy"]
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"


@pytest.mark.parametrize("page", PAGES)
def test_the_content_security_policy_has_no_exception(client: Client, page: str) -> None:
    policy = client.get(page).headers["Content-Security-Policy"]

    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert not any(word in policy for word in ("unsafe", "*", "http:", "https:", "nonce", "sha256"))


def test_in_production_cookies_are_bound_to_the_host_and_hidden_from_scripts() -> None:
    done = python("-c", COOKIES, **production(), DJANGO_SETTINGS_MODULE="trellis.settings")

    assert done.stdout.splitlines() == [
        "__Host-sessionid True True Lax / None",
        "__Host-csrftoken True True Lax / None",
    ]


def test_a_request_larger_than_any_file_is_refused_before_it_is_read(client: Client) -> None:
    signed_in(client, alice())

    answer = client.post("/costs/upload", {"file": io.BytesIO(b"x" * (REQUEST_MAX_BYTES + 1))})

    assert answer.status_code == 400


def test_a_file_that_may_be_is_taken(client: Client) -> None:
    signed_in(client, alice())

    answer = client.post("/costs/upload", {"file": io.BytesIO(b"day,cost\n2026-11-01,5\n")})

    assert answer.status_code in (200, 302, 422)


def test_the_words_of_a_form_are_limited_too(client: Client, settings: object) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000  # type: ignore[attr-defined]
    signed_in(client, alice())

    assert client.post("/settings/change", {"name": "x" * 2_000}).status_code == 400


@pytest.mark.parametrize("password", ["short", "password123", "alice@example.com", "1234567890"])
def test_a_password_that_is_guessed_first_is_refused(client: Client, password: str) -> None:
    said = {"email": "alice@example.com", "organization": "Acme", "password1": password, "password2": password}

    answer = client.post("/accounts/signup/", said)

    assert answer.status_code == 200
    assert answer.context["form"].errors["password1"]


def test_in_production_passwords_are_argon2() -> None:
    code = "import django; django.setup(); from django.conf import settings as s; print(s.PASSWORD_HASHERS)"

    done = python("-c", code, **production(), DJANGO_SETTINGS_MODULE="trellis.settings")

    assert done.stdout.strip() == "['django.contrib.auth.hashers.Argon2PasswordHasher']"

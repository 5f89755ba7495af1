"""What every page promises a browser, and what production adds."""

import pytest
from django.test import Client

PAGES = ("/accounts/login/", "/accounts/signup/", "/admin/login/", "/api/docs/", "/healthz", "/nothing-here")
STRICT = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}


@pytest.mark.django_db
@pytest.mark.parametrize("address", PAGES)
def test_a_page_allows_nothing_but_ourselves(client, address):
    policy = directives(client.get(address))

    assert STRICT.items() <= policy.items()
    assert not [value for value in policy.values() if "unsafe" in value or "http" in value or "*" in value]


@pytest.mark.django_db
@pytest.mark.parametrize("address", PAGES)
def test_a_page_is_not_framed_sniffed_or_told_to_others(client, address):
    answer = client.get(address)

    assert answer["X-Frame-Options"] == "DENY"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"


def test_pages_are_served_over_tls_only(settings):
    settings.SECURE_SSL_REDIRECT = True

    answer = Client().get("/accounts/login/?next=/live")

    assert (answer.status_code, answer["Location"]) == (301, "https://testserver/accounts/login/?next=/live")


@pytest.mark.parametrize("address", ["/healthz", "/metrics"])
def test_a_probe_needs_no_tls(settings, address):
    settings.SECURE_SSL_REDIRECT = True

    assert Client().get(address).status_code == 200


@pytest.mark.django_db
def test_browsers_are_told_to_stay_with_tls(settings):
    settings.SECURE_HSTS_SECONDS, settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = 31_536_000, True

    answer = Client().get("/accounts/login/", secure=True)

    assert answer["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"


@pytest.mark.django_db
def test_cookies_are_hidden_from_scripts_and_from_other_sites(client):
    client.get("/accounts/login/")

    cookie = client.cookies["csrftoken"]
    assert cookie["samesite"] == "Lax"


def test_a_host_nobody_named_is_refused(client):
    assert client.get("/healthz", headers={"Host": "evil.example"}).status_code == 400


@pytest.mark.django_db
def test_who_is_not_signed_in_is_asked_to(client):
    answer = client.get("/", follow=True)

    assert answer.redirect_chain[-1][0].startswith("/accounts/login/")


def directives(answer) -> dict[str, str]:
    parts = (part.strip().partition(" ") for part in answer["Content-Security-Policy"].split(";"))
    return {name: value for name, _, value in parts if name}

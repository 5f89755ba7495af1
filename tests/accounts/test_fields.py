"""Host names, time zones and addresses as people type them."""

import pytest
from django.core.exceptions import ValidationError

from apps.accounts.fields import HostNameField, LowerCaseEmailField, validate_time_zone, web_address


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("Example.COM", "example.com"),
        (" example.com. ", "example.com"),
        ("go.example.co.uk", "go.example.co.uk"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("trellis.localhost", "trellis.localhost"),
    ],
)
def test_a_host_name_is_stored_in_one_form(typed: str, stored: str) -> None:
    assert HostNameField(max_length=253).clean(typed, None) == stored


@pytest.mark.parametrize(
    "typed",
    [
        "https://example.com",
        "example.com/path",
        "example.com:8080",
        "user@example.com",
        "localhost",
        "192.0.2.1",
        "-example.com",
        "exa mple.com",
        "straße.example",
        "a..example.com",
        f"{'a' * 64}.example.com",
        f"{'a.' * 130}com",
        "*.example.com",
    ],
)
def test_what_is_no_plain_host_name_is_refused(typed: str) -> None:
    with pytest.raises(ValidationError):
        HostNameField(max_length=253).clean(typed, None)


def test_an_email_address_is_lower_cased() -> None:
    assert LowerCaseEmailField().clean(" Alice@Example.COM ", None) == "alice@example.com"


@pytest.mark.parametrize("name", ["UTC", "Europe/Berlin", "Pacific/Auckland"])
def test_time_zones_of_the_database_are_known(name: str) -> None:
    validate_time_zone(name)


@pytest.mark.parametrize("name", ["", "Mars/Olympus", "../etc/passwd", "berlin"])
def test_other_time_zones_are_refused(name: str) -> None:
    with pytest.raises(ValidationError):
        validate_time_zone(name)


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "ftp://example.com", "//example.com", "example.com", "data:,x"]
)
def test_only_web_addresses_pass(address: str) -> None:
    with pytest.raises(ValidationError):
        web_address(address)

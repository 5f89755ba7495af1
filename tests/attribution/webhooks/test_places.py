"""Where messages may go."""

import pytest

from apps.attribution.webhooks.places import BadPlace, is_public, place_of


@pytest.mark.parametrize(
    "address",
    ["93.184.216.34", "1.1.1.1", "2606:2800:220:1::1", "2606:4700::1111", "::ffff:93.184.216.34", "64:ff9b::5db8:d822"],
)
def test_public_addresses_are_called(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "224.0.0.1",
        "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%eth0", "fd00::1", "ff02::1", "::ffff:127.0.0.1",
        "2002:7f00:1::", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::a00:1", "::a9fe:a9fe", "::7f00:1", "fec0::1",
    ],
)  # fmt: skip
def test_private_ones_and_those_hidden_in_others_are_not(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://hooks.example/", "must begin with https"),
        ("ftp://hooks.example/", "must begin with https"),
        ("https://", "no address"),
        ("https://[::1", "no address"),
        ("https://hooks.example:port/", "no address"),
        ("https://user:secret@hooks.example/", "with a user"),
        ("https://hooks.example/#part", "#"),
        ("https://hooks.example/with space", "no address"),
        ("https://hooks.example/\r\nHost: other", "no address"),
        ("https://127.0.0.1/", "public internet"),
        ("https://2130706433/", "public internet"),
        ("https://0x7f.1/", "public internet"),
        ("https://[::ffff:10.0.0.1]/", "public internet"),
        ("https://localhost:8000/", "public internet"),
        ("https://nobody.invalid/", "was not found"),
        ("https://" + "a" * 300 + ".example/", "no address"),
    ],
)
def test_what_is_not_called_is_told_why(url: str, words: str) -> None:
    with pytest.raises(BadPlace, match=words):
        place_of(url)


def test_a_public_address_is_connected_to_as_it_was_looked_up() -> None:
    place = place_of("https://93.184.216.34:8443/hook?a=1")

    assert (place.address, place.port, place.target) == ("93.184.216.34", 8443, "/hook?a=1")

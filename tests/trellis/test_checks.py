"""Settings that cannot work are said before they hurt: each case breaks one of the settings of a sound installation."""

import os
import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured

from tests.house.sources import ROOT
from trellis.checks import faults, require_sound_settings

SOUND = {
    "DEBUG": False,
    "SECRET_KEY": "k" * 50,
    "ALLOWED_HOSTS": ["app.example.com"],
    "TRELLIS_SECURE": True,
    "TRELLIS_PAGES_URL": "https://app.example.com",
    "TRELLIS_INGRESS_URL": "https://go.example.com:8443",
    "TRELLIS_CLICK_KEY": "c" * 32,
    "TRELLIS_NODE": 31,
    "TRELLIS_SPOOL_FSYNC": "always",
    "TRELLIS_SPOOL_MAX_BYTES": 10**9,
    "TRELLIS_KEPT_HEADERS": ["X-Campaign"],
    "TRUSTED_PROXIES": ["10.0.0.0/8", "2001:db8::/32", "192.0.2.7"],
}
BROKEN = [
    ("SECRET_KEY", "", "trellis.E001"),
    ("TRELLIS_CLICK_KEY", "", "trellis.E002"),
    ("TRELLIS_CLICK_KEY", "c" * 31, "trellis.E002"),
    ("TRELLIS_NODE", 32, "trellis.E003"),
    ("TRELLIS_NODE", -1, "trellis.E003"),
    ("TRELLIS_SPOOL_FSYNC", "sometimes", "trellis.E004"),
    ("TRELLIS_SPOOL_MAX_BYTES", 0, "trellis.E005"),
    ("TRELLIS_SPOOL_MAX_BYTES", 1_000_000, "trellis.W004"),
    ("TRUSTED_PROXIES", ["10.0.0.1/8"], "trellis.E007"),
    ("TRUSTED_PROXIES", ["the load balancer"], "trellis.E007"),
    ("TRELLIS_KEPT_HEADERS", ["Cookie"], "trellis.E008"),
    ("TRELLIS_STAFF_SECOND_FACTOR", False, "trellis.E010"),
    ("TRELLIS_PAGES_URL", "app.example.com", "trellis.E009"),
    ("TRELLIS_PAGES_URL", "https://app.example.com/trellis", "trellis.E009"),
    ("TRELLIS_INGRESS_URL", "ftp://go.example.com", "trellis.E009"),
    ("TRELLIS_INGRESS_URL", "https://go.example.com/?x=1", "trellis.E009"),
    ("TRELLIS_INGRESS_URL", "http://go.example.com", "trellis.W001"),
    ("TRUSTED_PROXIES", [], "trellis.W002"),
    ("ALLOWED_HOSTS", ["other.example.com"], "trellis.W003"),
    ("EMAIL_BACKEND", "django.core.mail.backends.console.EmailBackend", "trellis.W005"),
]


@pytest.fixture(autouse=True)
def sound(settings, tmp_path):
    for name, value in SOUND.items():
        setattr(settings, name, value)
    settings.TRELLIS_SPOOL_DIR = tmp_path / "to" / "be" / "made"
    return settings


def test_sound_settings_have_no_fault():
    assert faults() == []


@pytest.mark.parametrize(("name", "value", "id"), BROKEN)
def test_a_broken_setting_is_said_by_name_with_a_way_out(sound, name, value, id):
    setattr(sound, name, value)

    found = faults()

    assert [message.id for message in found] == [id]
    assert name in f"{found[0].msg} {found[0].hint}"
    assert found[0].hint


def test_a_spool_that_cannot_be_written_is_an_error(sound, tmp_path):
    (tmp_path / "file").write_text("in the way")
    sound.TRELLIS_SPOOL_DIR = tmp_path / "file" / "spool"

    assert [message.id for message in faults()] == ["trellis.E006"]


def test_several_faults_are_said_at_once(sound):
    sound.TRELLIS_NODE, sound.TRELLIS_CLICK_KEY = 99, ""

    assert [message.id for message in faults()] == ["trellis.E002", "trellis.E003"]


def test_a_server_does_not_start_with_an_error(sound):
    sound.TRELLIS_CLICK_KEY = ""

    with pytest.raises(ImproperlyConfigured, match="anybody could forge click ids"):
        require_sound_settings()


def test_a_server_starts_with_a_warning(sound):
    sound.TRUSTED_PROXIES = []

    require_sound_settings()


def test_with_debug_django_names_the_local_hosts_itself(sound):
    sound.DEBUG, sound.ALLOWED_HOSTS = True, []

    assert faults() == []


def test_production_settings_pass_every_check_of_django_s():
    done = manage("check", "--deploy", "--fail-level", "WARNING", **production())

    assert done.returncode == 0, done.stderr


def test_no_command_runs_without_a_secret_key():
    done = manage("check", **{**production(), "SECRET_KEY": ""})

    assert done.returncode != 0
    assert "SECRET_KEY is empty" in done.stderr
    assert "secrets.token_urlsafe" in done.stderr


@pytest.mark.parametrize("door", ["trellis.wsgi", "trellis.gunicorn_ingress"])
def test_no_server_starts_without_a_secret(door):
    done = python("-c", f"import {door}", **{**production(), "TRELLIS_CLICK_KEY": ""})

    assert done.returncode != 0
    assert "anybody could forge click ids" in done.stderr


def production():
    """What an installation behind a proxy sets."""
    return {
        "SECRET_KEY": "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
        "TRELLIS_CLICK_KEY": "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
        "DEBUG": "false",
        "TRELLIS_SECURE": "true",
        "ALLOWED_HOSTS": "app.example.com",
        "TRELLIS_PAGES_URL": "https://app.example.com",
        "TRELLIS_INGRESS_URL": "https://go.example.com",
        "TRUSTED_PROXIES": "10.0.0.0/8",
        "TRELLIS_KEPT_HEADERS": "",
        "TRELLIS_NODE": "0",
        "EMAIL_URL": "smtp://mail.example.com:25",
    }


def manage(*arguments, **environment):
    return python("manage.py", *arguments, **environment)


def python(*arguments, **environment):
    everything = {**os.environ, **environment}
    return subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=everything, capture_output=True, text=True, check=False
    )

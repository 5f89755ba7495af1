"""The environment a development process runs in: defaults for a laptop, .env, and the real environment on top."""

import secrets
from pathlib import Path

from stack.places import NODE_MODULES

# Countries only, by DB-IP; enough to look around.
COUNTRIES = NODE_MODULES / "@ip-location-db" / "dbip-country-mmdb" / "dbip-country.mmdb"


def development(directory: Path) -> dict[str, str]:
    """Settings whose production defaults would be in the way on one's own machine. Secrets are made once and kept."""
    return {
        "DEBUG": "true",
        "TRELLIS_SECURE": "false",
        # The demo's password is known to everybody.
        "TRELLIS_BIND": "127.0.0.1",
        "ALLOWED_HOSTS": "localhost,127.0.0.1,[::1],.localhost",
        "SECRET_KEY": kept_secret(directory / "secret"),
        "TRELLIS_CLICK_KEY": kept_secret(directory / "click-key"),
        "TRELLIS_SPOOL_DIR": str(directory / "spool"),
        "TRELLIS_GEOIP_PATH": str(COUNTRIES) if COUNTRIES.exists() else "",
        "EMAIL_URL": "consolemail://",
    }


def kept_secret(path: Path) -> str:
    """The secret in this file, made at first use and readable by its owner only."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(48))
    return path.read_text()


def read_env_file(path: Path) -> dict[str, str]:
    """KEY=value lines; blank lines and # comments are skipped, one pair of quotes around a value is taken off."""
    if not path.exists():
        return {}
    lines = (line.strip().removeprefix("export ") for line in path.read_text().splitlines())
    pairs = (line.partition("=") for line in lines if line and not line.startswith("#") and "=" in line)
    return {key.strip(): _unquoted(value.strip()) for key, _, value in pairs}


def _unquoted(value: str) -> str:
    quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "\"'"
    return value[1:-1] if quoted else value

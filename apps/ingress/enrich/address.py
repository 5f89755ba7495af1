"""Addresses as other people write them: which host, whose domain. Nothing here raises, whatever the text."""

import re
from functools import lru_cache
from ipaddress import ip_address
from typing import NamedTuple
from unicodedata import normalize
from urllib.parse import unquote_to_bytes

import idna
from tldextract import TLDExtract

# Only the list of public suffixes that comes with the package: nothing is fetched, ever, and nothing is written.
SUFFIXES = TLDExtract(suffix_list_urls=(), cache_dir=None, fallback_to_snapshot=True)
ADDRESS_MAX_CHARS = 4_000
HOST_MAX_CHARS = 253
HOSTS_REMEMBERED = 20_000
AUTHORITY_MAX_CHARS = 1_000
NO_HOST = re.compile(r"[\s/%\x00-\x1f\x7f<>\"'`{}|^,;!$&()*+=~\ud800-\udfff]")
APPS = ("android-app", "ios-app")
# Apps are named the other way round: com.example.app. So they start with what hosts end in.
APP_STARTS = frozenset("com org net io ru de ai app xyz jp me tv ch fr uk co pl it".split())


class Address(NamedTuple):
    """`host` is in lower case and in the letters of its language, of an app its id. `query` is undecoded."""

    host: str
    path: str
    query: str
    is_app: bool = False

    @property
    def domain(self) -> str:
        return self.host if self.is_app else domain_of(self.host)


NOWHERE = Address("", "", "")


def address_of(text: str) -> Address:
    """The parts of a URL, with or without its scheme; empty when it names no host."""
    text, _, _ = text[:ADDRESS_MAX_CHARS].strip().partition("#")
    text, _, query = text.partition("?")
    scheme, separator, rest = text.replace("\\", "/").partition("://")
    if not separator:
        scheme, rest = "", scheme.removeprefix("//")
        # Without a scheme only what looks like a host is one: not about:blank, not the dash of a log.
        if "." not in rest.partition("/")[0]:
            return NOWHERE
    rest, _, path = rest.partition("/")
    if rest == "android-app":
        # A browser's clumsy way of naming an app: https://android-app//com.example/.
        rest, _, path = path.removeprefix("/").partition("/")
        scheme = rest and "android-app"
    if scheme.lower() in APPS:
        host, named_as_app = app_id(rest), True
    else:
        host = host_of(rest[-AUTHORITY_MAX_CHARS:])
        named_as_app = looks_like_app(host)
    return Address(host, f"/{path}", query, named_as_app) if host else NOWHERE


@lru_cache(maxsize=HOSTS_REMEMBERED)
def host_of(authority: str) -> str:
    """The host of `user@host:port`; empty when it cannot be one."""
    host = authority.rpartition("@")[2].strip().lower()
    if host.startswith("["):
        host, closed, _ = host[1:].partition("]")
        return host if closed and is_ip(host) else ""
    host = host if is_ip(host) else host.partition(":")[0]
    host = host.removesuffix(".")
    if not host or len(host) > HOST_MAX_CHARS or NO_HOST.search(host) or ".." in host:
        return ""
    return readable(host).strip(".")


def app_id(text: str) -> str:
    app = text.strip().lower()
    return "" if len(app) > HOST_MAX_CHARS or NO_HOST.search(app) or ":" in app or "@" in app else app


@lru_cache(maxsize=HOSTS_REMEMBERED)
def domain_of(host: str) -> str:
    """The registrable domain: what somebody owns, also below what hosts others (somebody.github.io). Of an address and a name
    without a public suffix it is the whole."""
    if not host or is_ip(host):
        return host
    found = SUFFIXES.extract_str(host, include_psl_private_domains=True)
    if not found.domain:
        found = SUFFIXES.extract_str(host, include_psl_private_domains=False)
    if not found.suffix:
        # The list's own rule for what it does not list: the last label is the suffix.
        return ".".join(host.split(".")[-2:])
    return f"{found.domain}.{found.suffix}" if found.domain else host


@lru_cache(maxsize=HOSTS_REMEMBERED)
def suffix_of(host: str) -> str:
    """The public suffix as registries have it (co.uk); empty when there is none."""
    return "" if is_ip(host) else SUFFIXES.extract_str(host, include_psl_private_domains=False).suffix


def is_ip(host: str) -> bool:
    if not (host[-1:].isdigit() or ":" in host):
        return False
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


@lru_cache(maxsize=HOSTS_REMEMBERED)
def looks_like_app(host: str) -> bool:
    """com.example.app, where no scheme says so."""
    return host.partition(".")[0] in APP_STARTS and "." in host and not suffix_of(host)


def pairs_of(query: str) -> list[tuple[str, str]]:
    """Names in lower case with their undecoded values, in order."""
    pairs = [part.partition("=") for part in query.split("&") if part]
    return [(unquoted(name).decode("utf-8", "replace").lower(), value) for name, _, value in pairs]


def unquoted(text: str) -> bytes:
    return unquote_to_bytes(bytes_of(text.replace("+", " ")))


def bytes_of(text: str) -> bytes:
    """The bytes of the wire: what was not UTF-8 is as it was."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace")


def readable(host: str) -> str:
    """Labels of punycode in their own letters, when that is what they say."""
    return host if host.isascii() and "xn--" not in host else ".".join(map(_readable, host.split(".")))


def _readable(label: str) -> str:
    if label.startswith("xn--"):
        try:
            return str(idna.decode(label))
        except UnicodeError:
            return label
    return label if label.isascii() else normalize("NFC", label)

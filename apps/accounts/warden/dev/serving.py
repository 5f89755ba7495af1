"""The small Warden over HTTP: discovery, sign-in page, tokens, keys, userinfo and introspection of service keys."""

import base64
import binascii
import json
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlencode, urlsplit

from apps.accounts.warden.dev.issuing import CLIENT_ID, CLIENT_SECRET, SmallWarden, Visit

BODY_MAX_BYTES = 64 * 1024
PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Warden</title></head><body><main>
<h1>Warden of development</h1><p>Who are you?</p>{forms}</main></body></html>"""
FORM = """<form method="post" action="/authorize"><input type="hidden" name="asked" value="{asked}">
<button name="subject" value="{subject}">{name}</button></form>"""


class WardenServer(ThreadingHTTPServer):
    """`asked` counts the requests of each path; `answers` says what a path answers instead: a status, headers and a body."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), Answering)
        self.warden = SmallWarden(f"http://127.0.0.1:{self.server_address[1]}")
        self.asked: Counter[str] = Counter()
        self.answers: dict[str, tuple[int, dict[str, str], bytes]] = {}


class Answering(BaseHTTPRequestHandler):
    server: WardenServer
    WAYS: ClassVar[dict[tuple[str, str], str]] = {
        ("GET", "/.well-known/openid-configuration"): "discovery",
        ("GET", "/jwks"): "jwks",
        ("GET", "/authorize"): "ask_who",
        ("POST", "/authorize"): "lead_back",
        ("POST", "/token"): "token",
        ("GET", "/userinfo"): "userinfo",
        ("POST", "/introspect"): "introspect",
    }

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: the addresses hold codes."""

    @property
    def warden(self) -> SmallWarden:
        return self.server.warden

    def discovery(self, said: dict[str, str]) -> None:
        self._json(200, self.warden.discovery())

    def jwks(self, said: dict[str, str]) -> None:
        self._json(200, self.warden.published())

    def ask_who(self, said: dict[str, str]) -> None:
        """The page of sign-in. Without PKCE, or with an address to return to that was not agreed, there is none."""
        if said.get("client_id") != CLIENT_ID or said.get("redirect_uri") not in self.warden.redirect_uris:
            return self._json(400, {"error": "invalid_client"})
        if said.get("code_challenge_method") != "S256" or not said.get("code_challenge"):
            return self._json(400, {"error": "invalid_request", "error_description": "PKCE with S256 is required"})
        asked = escape(json.dumps(said))
        forms = [
            FORM.format(asked=asked, subject=escape(person.subject), name=escape(person.name or person.email))
            for person in self.warden.people
        ]
        return self._send(200, {"Content-Type": "text/html; charset=utf-8"}, PAGE.format(forms="".join(forms)).encode())

    def lead_back(self, said: dict[str, str]) -> None:
        asked = json.loads(said.get("asked", "{}"))
        person = next((one for one in self.warden.people if one.subject == said.get("subject")), None)
        if person is None or asked.get("redirect_uri") not in self.warden.redirect_uris:
            return self._json(400, {"error": "access_denied"})
        visit = Visit(person, asked["redirect_uri"], asked["code_challenge"], asked.get("nonce", ""))
        query = urlencode({"code": self.warden.begin(visit), "state": asked.get("state", "")})
        return self._send(302, {"Location": f"{visit.redirect_uri}?{query}"}, b"")

    def token(self, said: dict[str, str]) -> None:
        if not self._is_our_client(said):
            return self._json(401, {"error": "invalid_client"})
        found = self.warden.exchanged(said.get("code", ""), said.get("code_verifier", ""), said.get("redirect_uri", ""))
        return self._json(200, found) if found else self._json(400, {"error": "invalid_grant"})

    def userinfo(self, said: dict[str, str]) -> None:
        person = self.warden.shown.get(self.headers.get("Authorization", "").removeprefix("Bearer "))
        self._json(200, person.claims()) if person else self._json(401, {"error": "invalid_token"})

    def introspect(self, said: dict[str, str]) -> None:
        if not self._is_our_client(said):
            return self._json(401, {"error": "invalid_client"})
        return self._json(200, self.warden.introspected(said.get("token", "")))

    def _answer(self) -> None:
        path, query = urlsplit(self.path)[2:4]
        self.server.asked[path] += 1
        length = min(int(self.headers.get("Content-Length") or 0), BODY_MAX_BYTES)
        said = {name: values[0] for name, values in parse_qs(query + "&" + self.rfile.read(length).decode()).items()}
        if path in self.server.answers:
            self._send(*self.server.answers[path])
        elif way := self.WAYS.get((self.command, path)):
            getattr(self, way)(said)
        else:
            self._json(404, {"error": "not_found"})

    def _is_our_client(self, said: dict[str, str]) -> bool:
        scheme, _, shown = self.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "basic":
            try:
                return base64.b64decode(shown).decode() == f"{CLIENT_ID}:{CLIENT_SECRET}"
            except (binascii.Error, UnicodeDecodeError):
                return False
        return (said.get("client_id"), said.get("client_secret")) == (CLIENT_ID, CLIENT_SECRET)

    def _json(self, status: int, document: Any) -> None:
        self._send(status, {"Content-Type": "application/json"}, json.dumps(document).encode())

    def _send(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body)), "Cache-Control": "no-store"}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def running(port: int = 0) -> Iterator[WardenServer]:
    server = WardenServer(port)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

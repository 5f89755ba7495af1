"""Whose changes these are, said to PostgreSQL before the first statement that writes. Reading costs nothing."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.http import HttpRequest
from django.utils.functional import LazyObject, empty
from psycopg import Error as PostgresError
from psycopg.pq import TransactionStatus
from structlog.contextvars import get_contextvars

from apps.accounts.client_ip import client_ip

Words = dict[str, Any]
# What these begin changes no row that is watched. Everything else may.
READS = ("SELECT", "SAVEPOINT", "RELEASE", "ROLLBACK", "SET", "EXPLAIN", "DECLARE", "FETCH")
# In a transaction it lasts as long as that does; a rollback takes it back, so it is said again before each statement.
SAY = "SELECT set_config('trellis.audit', %s, %s)"


@contextmanager
def said_by(words: Callable[[], Words]) -> Iterator[None]:
    """What is written inside is noted with these words. They are asked for when something is written, and again each time."""
    speaker = _Speaker(words)
    with connections[DEFAULT_DB_ALIAS].execute_wrapper(speaker):
        try:
            yield
        finally:
            speaker.fall_silent(connections[DEFAULT_DB_ALIAS])


def of_request(request: HttpRequest) -> Words:
    """A person, or a program in the name of whoever made its key; their address, and the id of the request in the logs."""
    auth = getattr(request, "auth", None)  # rest_framework leaves it here, when it has looked
    person = getattr(auth, "created_by_id", None) or getattr(getattr(auth, "created_by", None), "pk", None)
    if auth is None and _is_known(request):
        person = getattr(request.user, "pk", None)
    match = request.resolver_match
    return {
        "user_id": person,
        "program": "" if auth is None else str(getattr(auth, "prefix", "") or getattr(auth, "rate_key", "")),
        "address": client_ip(
            request.META.get("REMOTE_ADDR", ""), request.headers.get("X-Forwarded-For", ""), settings.TRUSTED_PROXIES
        ),
        "request_id": str(get_contextvars().get("request_id", "")),
        "view": match.view_name if match else "",
    }


def _is_known(request: HttpRequest) -> bool:
    """Whether the person was asked for. While Django finds out, it writes when SECRET_KEY is new: to ask then would have no end."""
    user = getattr(request, "user", None)
    return user is not None and not (isinstance(user, LazyObject) and user._wrapped is empty)


class _Speaker:
    def __init__(self, words: Callable[[], Words]) -> None:
        self._words = words
        # What the session was told outside of transactions; and whether it was told anything.
        self._last, self._spoke = "", False

    def __call__(self, execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
        connection = context["connection"]
        if not str(sql).lstrip().upper().startswith(READS) and _can_listen(connection):
            words = json.dumps(self._words())
            if connection.in_atomic_block or words != self._last:
                with connection.wrap_database_errors:
                    _say(connection, words)
                self._spoke = True
                self._last = self._last if connection.in_atomic_block else words
        return execute(sql, params, many, context)

    def fall_silent(self, connection: BaseDatabaseWrapper) -> None:
        """The connection serves others after us."""
        if self._spoke and _can_listen(connection):
            try:
                _say(connection, "")
            except PostgresError:
                # What was done is done; a connection that broke since serves nobody.
                connection.close()


def _can_listen(connection: BaseDatabaseWrapper) -> bool:
    """Not before it is opened, nor when its transaction has failed: the statement itself is to be what says so."""
    raw = connection.connection
    return raw is not None and not raw.closed and raw.info.transaction_status != TransactionStatus.INERROR


def _say(connection: BaseDatabaseWrapper, words: str) -> None:
    """Past Django's cursors: it is no query of the page's."""
    connection.connection.execute(SAY, [words, connection.in_atomic_block])

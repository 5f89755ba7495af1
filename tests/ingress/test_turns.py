"""Updates of stored events go side by side, mutations alone."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import psycopg
import pytest
from django.db import connection

from apps.ingress.turns import LOCK, mutating, updating

pytestmark = pytest.mark.django_db

Turn = Callable[[], AbstractContextManager[None]]


@pytest.fixture
def somebody_else(db: None) -> Iterator[psycopg.Connection]:
    """Another process, as PostgreSQL sees it."""
    parameters = connection.get_connection_params()
    wanted = {name: parameters[name] for name in ("host", "port", "user", "password", "dbname") if parameters.get(name)}
    with psycopg.connect(**wanted, autocommit=True) as other:
        yield other


def may(somebody_else: psycopg.Connection, *, kind: str) -> bool:
    """Whether the other one's turn could begin now."""
    [taken] = somebody_else.execute(f"SELECT pg_try_advisory_lock{kind}(%s)", [LOCK]).fetchone() or [False]
    if taken:
        somebody_else.execute(f"SELECT pg_advisory_unlock{kind}(%s)", [LOCK])
    return bool(taken)


def test_while_one_updates_another_may_update_and_nobody_may_mutate(somebody_else: psycopg.Connection) -> None:
    with updating():
        assert (may(somebody_else, kind="_shared"), may(somebody_else, kind="")) == (True, False)


def test_while_one_mutates_nobody_may_do_either(somebody_else: psycopg.Connection) -> None:
    with mutating():
        assert (may(somebody_else, kind="_shared"), may(somebody_else, kind="")) == (False, False)


@pytest.mark.parametrize("turn", [updating, mutating])
def test_a_turn_is_over_also_when_something_went_wrong_in_it(turn: Turn, somebody_else: psycopg.Connection) -> None:
    with pytest.raises(ZeroDivisionError), turn():
        raise ZeroDivisionError

    assert may(somebody_else, kind="")

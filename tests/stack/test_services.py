"""The three stores start, survive kill -9 with what they kept, and leave nothing running."""

import json
import os
import time
import urllib.request
from pathlib import Path

import psutil
import psycopg
from redis import Redis

from stack.services import Stack
from tests.stack.conftest import StartProgram, first_line

SERVE = """
import json, sys, time
from pathlib import Path
from stack.services import Stack
with Stack(Path(sys.argv[1])) as stack:
    print(json.dumps([service.pid for service in stack.services]), flush=True)
    time.sleep(600)
"""


def ask_clickhouse(stack: Stack, statement: str) -> str:
    address = f"http://127.0.0.1:{stack.ports.clickhouse_http}/"
    with urllib.request.urlopen(address, statement.encode(), timeout=10) as answer:
        return answer.read().decode().strip()


def gone(pid: int) -> bool:
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def test_postgresql_is_version_18_and_keeps_its_rows_over_kill_9(stack: Stack) -> None:
    with psycopg.connect(stack.postgresql.url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")

    stack.postgresql.kill()
    stack.postgresql.start()

    with psycopg.connect(stack.postgresql.url) as connection:
        assert connection.execute("SELECT answer FROM kept").fetchone() == (42,)
        assert connection.info.server_version // 10_000 == 18


def test_postgresql_compares_words_beyond_ascii(stack: Stack) -> None:
    with psycopg.connect(stack.postgresql.url) as connection:
        assert connection.execute("SELECT lower('ÄÖÉ')").fetchone() == ("äöé",)


def test_redis_keeps_over_kill_9_what_it_wrote_to_its_append_only_file(stack: Stack) -> None:
    with Redis.from_url(stack.redis.url) as redis:
        redis.set("kept", "42")

    stack.redis.kill()
    stack.redis.start()

    with Redis.from_url(stack.redis.url) as redis:
        assert redis.get("kept") == b"42"
        assert redis.config_get("appendfsync") == {"appendfsync": "everysec"}


def test_clickhouse_keeps_its_rows_over_kill_9(stack: Stack) -> None:
    ask_clickhouse(stack, "CREATE TABLE trellis.kept ENGINE = MergeTree ORDER BY answer AS SELECT 42 AS answer")

    stack.clickhouse.kill()
    stack.clickhouse.start()

    assert ask_clickhouse(stack, "SELECT answer FROM trellis.kept") == "42"


def test_clickhouse_ends_in_order_when_it_is_asked_to(stack: Stack) -> None:
    stack.clickhouse.stop()
    exit_code = stack.clickhouse.child.exit_code
    stack.clickhouse.start()

    assert exit_code == 0


def test_clickhouse_reads_its_limits_from_our_configuration(stack: Stack) -> None:
    changed = "SELECT name, value FROM system.server_settings WHERE changed FORMAT TSV"

    settings = dict(line.split("\t") for line in ask_clickhouse(stack, changed).splitlines())

    assert settings["background_pool_size"] == "2"
    assert settings["mark_cache_size"] == str(128 * 1024**2)
    assert int(settings["max_server_memory_usage"]) < psutil.virtual_memory().total / 2


def test_clickhouse_logs_queries_and_nothing_else(stack: Stack) -> None:
    ask_clickhouse(stack, "SELECT 1")
    ask_clickhouse(stack, "SYSTEM FLUSH LOGS query_log")

    logs = ask_clickhouse(stack, "SELECT name FROM system.tables WHERE database = 'system' AND name LIKE '%\\_log'")

    assert logs == "query_log"


def test_a_killed_service_comes_back_under_the_same_address(stack: Stack) -> None:
    before = stack.urls()

    stack.redis.kill()
    alive_meanwhile = stack.redis.alive
    stack.redis.start()

    assert not alive_meanwhile
    assert stack.urls() == before


def test_kill_9_of_whoever_started_the_stack_leaves_no_process_and_it_starts_again(
    tmp_path: Path, start_program: StartProgram
) -> None:
    owner = start_program(SERVE, tmp_path)
    pids = json.loads(first_line(owner))

    owner.kill()
    owner.wait()
    deadline = time.monotonic() + 20
    while not all(map(gone, pids)) and time.monotonic() < deadline:
        time.sleep(0.05)

    assert all(map(gone, pids))
    with Stack(tmp_path) as again:
        assert all(service.alive for service in again.services)


def test_a_stack_that_is_left_has_ended_its_processes(tmp_path: Path) -> None:
    with Stack(tmp_path) as stack:
        pids = [service.pid for service in stack.services]

    assert len(pids) == 3
    assert all(pid and gone(pid) for pid in pids)
    assert not list(tmp_path.rglob("*.pid"))


def test_a_stale_postmaster_pid_that_names_a_stranger_is_no_obstacle(stack: Stack) -> None:
    lock = stack.directory / "postgresql" / "data" / "postmaster.pid"
    stack.postgresql.kill()
    lines = lock.read_text().splitlines()

    lock.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
    stack.postgresql.start()

    assert stack.postgresql.alive


def test_what_is_given_by_url_is_not_started(tmp_path: Path) -> None:
    given = {"DATABASE_URL": "postgres://elsewhere/db", "CLICKHOUSE_URL": "clickhouse://elsewhere:9000/db"}

    stack = Stack(tmp_path, given=given)

    assert [service.name for service in stack.services] == ["redis"]
    assert stack.urls() == given | {"REDIS_URL": stack.redis.url}


def test_what_is_given_goes_before_the_defaults_of_development(tmp_path: Path) -> None:
    stack = Stack(tmp_path, given={"DEBUG": "false", "SECRET_KEY": "mine"})

    environment = stack.environment()

    assert (environment["DEBUG"], environment["SECRET_KEY"]) == ("false", "mine")
    assert environment["TRELLIS_SECURE"] == "false"

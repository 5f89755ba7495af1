"""Logs are one JSON object a line, whoever writes them, and those of a request carry its id."""

import json
import logging
from io import StringIO

import pytest
import structlog


@pytest.fixture
def written():
    """What the root logger writes from now on, as one dictionary a line."""
    root, stream = logging.getLogger(), StringIO()
    ours = next(
        handler for handler in root.handlers if isinstance(handler.formatter, structlog.stdlib.ProcessorFormatter)
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(ours.formatter)
    root.addHandler(handler)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.removeHandler(handler)


def test_our_own_lines_say_who_when_how_grave_and_what(written):
    structlog.get_logger("apps.ingress").warning("segments wait", waiting=3)

    (line,) = written()
    assert {
        "event": "segments wait",
        "waiting": 3,
        "level": "warning",
        "logger": "apps.ingress",
    }.items() <= line.items()
    assert line["timestamp"].startswith("20")
    assert line["timestamp"].endswith("Z")


def test_a_library_s_lines_look_the_same(written):
    logging.getLogger("kombu.connection").warning("lost %s", "the broker")

    (line,) = written()
    assert (line["event"], line["level"], line["logger"]) == ("lost the broker", "warning", "kombu.connection")


@pytest.mark.parametrize("logger", [structlog.get_logger("ours"), logging.getLogger("theirs")], ids=["ours", "theirs"])
def test_an_exception_stays_on_its_line_with_its_traceback(written, logger):
    try:
        int("seven")
    except ValueError:
        logger.exception("cannot count")

    (line,) = written()
    assert line["event"] == "cannot count"
    assert "Traceback" in line["exception"]
    assert "seven" in line["exception"]


def test_a_request_s_lines_carry_one_id(client, written):
    client.get("/healthz")
    client.get("/healthz")

    ids = [line["request_id"] for line in written() if line["event"].startswith("request_")]
    first, second = ids[:2], ids[2:]
    assert (len(set(first)), len(set(second)), len(set(ids))) == (1, 1, 2)


def test_a_stranger_does_not_choose_the_id(client, written):
    client.get("/healthz", headers={"X-Request-ID": "forged"})

    assert "forged" not in [line["request_id"] for line in written()]


def test_the_id_of_an_error_is_the_one_in_the_log(client, written):
    answer = client.get("/api/v1/nothing")

    assert answer.json()["request_id"] in [line.get("request_id") for line in written()]


def test_a_hostile_request_writes_one_line_at_a_time(client, written):
    client.get('/nothing\n{"event": "forged"}', headers={"User-Agent": "a\nb"})

    assert "forged" not in {line["event"] for line in written()}


def test_no_line_holds_a_cookie_or_a_key(client, written):
    client.get("/healthz", headers={"Cookie": "sessionid=s3cret", "Authorization": "Bearer s3cret"})

    assert "s3cret" not in json.dumps(written())

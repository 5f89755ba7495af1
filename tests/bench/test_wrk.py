from pathlib import Path

import pytest

from bench.result import Invalid
from bench.wrk import read, write_requests

SAID = (
    'RESULT {"requests": 300000, "duration_us": 5000000, "p50_us": 420, "p99_us": 2750, "max_us": 9000, '
    '"connect": 0, "read": 0, "write": 0, "status": 0, "timeout": 0}'
)


def test_what_wrk_says_is_read_in_seconds_and_milliseconds() -> None:
    burst = read(f"Running 5s test @ http://127.0.0.1\n\n{SAID}\n")

    assert burst.requests_per_s == 60_000
    assert (burst.p50_ms, burst.p99_ms, burst.max_ms) == (0.42, 2.75, 9.0)


@pytest.mark.parametrize("kind", ["connect", "read", "write", "status", "timeout"])
def test_one_failed_request_makes_the_run_invalid(kind: str) -> None:
    with pytest.raises(Invalid, match=f"'{kind}': 1"):
        read(SAID.replace(f'"{kind}": 0', f'"{kind}": 1'))


def test_wrk_without_a_result_is_quoted() -> None:
    with pytest.raises(Invalid, match="unable to connect"):
        read("", "unable to connect to 127.0.0.1")


def test_requests_are_written_as_the_script_reads_them(tmp_path: Path) -> None:
    write_requests(tmp_path / "requests", [b"GET /a\r\n\r\n", b"GET /b\r\n\r\n"])

    assert (tmp_path / "requests").read_bytes() == b"GET /a\r\n\r\n\0GET /b\r\n\r\n\0"

"""Files of access logs in every shape they come in."""

import bz2
import gzip
import lzma
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import CommandError

from apps.ingress.access_log_file import LINE_MAX_BYTES
from apps.ingress.models import DeadLetter
from tests.ingress.logs import NASTY, a_hit, a_log, rows, run

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])


@pytest.mark.parametrize("compress", [gzip.compress, bz2.compress, lzma.compress])
def test_compressed_logs_are_read_whatever_they_are_called(
    acme: int, tmp_path: Path, compress: Callable[[bytes], bytes]
) -> None:
    file = tmp_path / "access.log.1"
    file.write_bytes(compress(NASTY.read_bytes()))

    run(file)

    assert len(rows(acme)) == 9


def test_a_log_comes_in_through_a_pipe(acme: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "pipe"
    file.write_bytes(gzip.compress(NASTY.read_bytes()))
    with file.open() as pipe:
        monkeypatch.setattr(sys, "stdin", pipe)

        report = run("-")

    assert report.startswith("Importing standard input")
    assert len(rows(acme)) == 9


def test_a_cut_off_file_stores_what_is_before_the_damage_and_says_so(acme: int, tmp_path: Path) -> None:
    whole = gzip.compress("".join(a_hit(n, f"/{n * n}") for n in range(2_000)).encode())
    file = tmp_path / "access.log.gz"
    file.write_bytes(whole[: len(whole) // 2])

    with pytest.raises(CommandError, match=r"(?s)damaged or cut off.*nothing is stored twice"):
        run(file)

    assert 100 < len(rows(acme)) < 2_000


def test_a_line_without_end_does_not_fill_the_memory(acme: int, tmp_path: Path) -> None:
    file = a_log(tmp_path, a_hit(0), "x" * (2 * LINE_MAX_BYTES + 5) + "\n", a_hit(1))

    run(file)

    assert len(rows(acme)) == 2
    letter = DeadLetter.objects.get(organization_id=acme)
    assert letter.position == 2
    assert len(letter.line) == 65_536


def test_an_empty_file_is_no_mistake(acme: int, tmp_path: Path) -> None:
    assert "No hit in this file" in run(a_log(tmp_path))


def test_a_missing_file_is_said_plainly(acme: int, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="No such file"):
        run(tmp_path / "nowhere.log")

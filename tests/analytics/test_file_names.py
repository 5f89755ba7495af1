"""What a file of figures is called when the thing it is about has a name in any script."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from apps.analytics.export import csv_answer
from apps.analytics.span import Span
from apps.analytics.tables import Table

JUNE = Span(datetime(2026, 6, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC), ZoneInfo("UTC"), "June")


@pytest.mark.parametrize(
    ("title", "said"),
    [
        ("Spring", 'filename="Spring, 2026-06-01 to 2026-06-30.csv"'),
        ('The "big" sale', r'filename="The \"big\" sale, 2026-06-01 to 2026-06-30.csv"'),
        ("Größe", "filename*=utf-8''Gr%C3%B6%C3%9Fe%2C%202026-06-01%20to%202026-06-30.csv"),
        ("two\r\nlines", 'filename="two lines, 2026-06-01 to 2026-06-30.csv"'),
    ],
)
def test_a_file_has_the_name_in_whatever_letters(title: str, said: str) -> None:
    answer = csv_answer(title, JUNE, Table((), (), ()))

    assert answer["Content-Disposition"] == f"attachment; {said}"

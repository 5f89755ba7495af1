"""Numbers with their unit, short in a cell and whole on hover."""

from decimal import Decimal

import pytest

from trellis.templatetags.figures import chart_lines, in_full, in_short, signed_percent


@pytest.mark.parametrize(
    ("value", "unit", "short", "full"),
    [
        (None, "count", "–", "–"),
        (12345, "count", "12.3K", "12,345"),
        (0.12, "share", "12%", "12.0000%"),
        (-0.5, "share", "-50%", "-50.0000%"),
        (Decimal("0.0345"), "money:EUR", "€0.034", "€0.0345"),
        (Decimal("12"), "money:EUR", "€12.00", "€12.00"),
        (Decimal("-12345.6"), "money:USD", "-$12.3K", "-$12,345.60"),
        (Decimal("1234"), "money:JPY", "¥1.2K", "¥1,234.00"),
        (None, "money:EUR", "–", "–"),
    ],
)
def test_a_number_is_short_in_its_cell_and_whole_on_hover(value: object, unit: str, short: str, full: str):
    assert in_short(value, unit) == short  # type: ignore[arg-type]
    assert in_full(value, unit) == full  # type: ignore[arg-type]


@pytest.mark.parametrize(("share", "said"), [(0.12, "+12%"), (-0.034, "-3.4%"), (0.0, "±0%"), (None, "")])
def test_a_change_has_a_sign(share: float | None, said: str):
    assert signed_percent(share) == said


def test_rows_of_a_chart_lead_where_the_chart_says():
    chart = {"labels": ["a", "b"], "links": ["/a", ""], "series": [{"values": [1, 2]}, {"values": [3, None]}]}

    assert chart_lines(chart) == [("a", "/a", [1, 3]), ("b", "", [2, None])]

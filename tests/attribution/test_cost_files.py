"""Files of costs, as tools and people write them: what is read, what is guessed, what is refused in words."""

from datetime import date
from decimal import Decimal

import pytest

from apps.attribution.charges import Charge, Unreadable, charges, country_code
from apps.attribution.cost_file import BadFile, read_table
from apps.attribution.cost_mapping import BadReading, Reading, guess

TODAY = date(2026, 11, 23)
PLAIN = "date,cost,campaign\n2026-11-01,12.50,Spring\n2026-11-02,7,Spring\n"


def read(data: bytes | str) -> list[Charge | Unreadable]:
    table = read_table(data if isinstance(data, bytes) else data.encode())
    return list(charges(table, guess(table), "EUR", TODAY))


def charged(data: bytes | str) -> list[tuple[str, Decimal]]:
    return [(one.day.isoformat(), one.amount) for one in read(data) if isinstance(one, Charge)]


EXPECTED = [("2026-11-01", Decimal("12.5")), ("2026-11-02", Decimal(7))]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "latin-1"])
def test_any_encoding_is_read(encoding: str) -> None:
    data = PLAIN.replace("Spring", "Frühling").encode(encoding)

    found = read(data)

    assert charged(data) == EXPECTED
    assert {one.words["utm_campaign"] for one in found if isinstance(one, Charge)} == {"frühling"}


@pytest.mark.parametrize(
    "text",
    [
        PLAIN,
        PLAIN.replace(",", ";"),
        PLAIN.replace(",", "\t"),
        PLAIN.replace(",", "|"),
        PLAIN.replace("\n", "\r\n"),
        "sep=;\n" + PLAIN.replace(",", ";"),
        'date;cost;campaign\n2026-11-01;"12,50";"Spring; sale"\n2026-11-02;7,00;x\n',
        "Tag;Kosten;Kampagne\n01.11.2026;12,50 €;a\n02.11.2026;7;b\n",
        "Date,Spend\n11/01/2026,$12.50\n11/02/2026,7\n11/13/2026,0\n",
        "Date,Spend\n1/11/2026,12.50\n2/11/2026,7\n13/11/2026,0\n",
        'Day,Campaign,Amount spent (EUR)\n"Nov 1, 2026",a,12.5\n"Nov 2, 2026",b,7\n',
        "Date,Cost\n2026-11-01 00:00:00,12.5\n20261102,7\n",
        'Campaign report\n"1 Nov 2026 - 2 Nov 2026"\nDay,Campaign,Cost\n2026-11-01,a,12.5\n2026-11-02,b,7\nTotal,--,19.5\n',
        "Date,Cost\n\n2026-11-01,12.5\n,\n2026-11-02,7\n,\n",
    ],
)
def test_any_form_is_read(text: str) -> None:
    assert charged(text) == EXPECTED


def test_columns_are_written_as_those_of_events_are() -> None:
    text = (
        "day,cost,source,campaign,country,device,link\n2026-11-01,1, Google ,Spring%20Sale,Germany,Mobile phones,AbC\n"
    )

    (found,) = read(text)

    assert isinstance(found, Charge)
    assert found.words == {
        "source": "google", "utm_campaign": "spring sale", "country": "DE", "device_type": "phone", "link_key": "AbC"
    }  # fmt: skip


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (",5", "It names no day."),
        ("yesterday,5", "“yesterday” is not a day we can read."),
        ("2026-13-01,5", "“2026-13-01” is not a day we can read."),
        ("2026-12-24,5", "2026-12-24 is in the future."),
        ("1899-12-30,5", "1899-12-30 is too long ago."),
        ("2026-11-01,much", "The cost “much” is not a number."),
        ("2026-11-01,", "The cost “” is not a number."),
        ("2026-11-01", "The cost “” is not a number."),
        ("2026-11-01,5 QQQ", "“QQQ” is not a currency we know."),
    ],
)
def test_a_row_that_cannot_be_read_is_named_with_its_number_and_a_sentence(row: str, why: str) -> None:
    found = read(f"date,cost\n2026-11-01,1\n{row}\n2026-11-02,2\n")

    assert found[1] == Unreadable(3, why)
    assert len(found) == 3


def test_a_campaign_called_total_is_no_row_of_totals() -> None:
    assert charged("Campaign,Day,Cost\nTotal wine,2026-11-01,5\nTotal,,5\n") == [("2026-11-01", Decimal(5))]


def test_the_currency_is_the_row_s_else_the_header_s() -> None:
    text = "Day,Amount spent (USD),Currency\n2026-11-01,5,\n2026-11-01,5,gbp\n"

    assert [one.currency for one in read(text) if isinstance(one, Charge)] == ["USD", "GBP"]


@pytest.mark.parametrize("data", [b"", b"\n\n", b"date,cost\n", b"\xff\xfea", b'"', b"\0\0\0"])
def test_a_file_of_nothing_is_refused(data: bytes) -> None:
    with pytest.raises(BadFile):
        read_table(data)


@pytest.mark.parametrize(
    ("document", "says"),
    [
        ({}, "which column is the day and which the cost"),
        ({"columns": {"day": 0}}, "which column is the cost"),
        ({"columns": {"day": 0, "cost": 0}}, "cannot mean two things"),
        ({"columns": {"day": 0, "cost": -1}}, "by its place"),
        ({"columns": {"day": 0, "cost": 1, "mood": 2}}, "No column means “mood”"),
        ({"columns": {"day": 0, "cost": 1}, "currency": "QQQ"}, "not a currency"),
    ],
)
def test_a_reading_that_makes_no_sense_is_refused_in_words(document: dict[str, object], says: str) -> None:
    with pytest.raises(BadReading, match=says):
        Reading.load(document)


@pytest.mark.parametrize(
    ("text", "code"), [("de", "DE"), ("Germany", "DE"), ("UK", "GB"), ("United States", "US"), ("Atlantis", "")]
)
def test_countries_are_known_by_code_and_name(text: str, code: str) -> None:
    assert country_code(text) == code

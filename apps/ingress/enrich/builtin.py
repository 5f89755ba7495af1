"""The tables as they come with Trellis: files of rows, read once."""

import csv
from functools import cache
from pathlib import Path
from typing import NamedTuple

DATA = Path(__file__).parent / "data"


class ReferrerRow(NamedTuple):
    """`pattern` as the model Referrer explains it; terms and charsets are words with a space between."""

    pattern: str
    name: str
    medium: str
    terms: str = ""
    charsets: str = ""


class AdClickRow(NamedTuple):
    parameter: str
    network: str
    medium: str
    is_paid: bool
    priority: int
    note: str = ""


class ChannelRow(NamedTuple):
    """What is empty fits anything; the others are patterns (RE2) of the whole text, a category, and paid or not."""

    channel: str
    source: str = ""
    medium: str = ""
    campaign: str = ""
    category: str = ""
    ad_paid: bool | None = None


class SourceRow(NamedTuple):
    source: str
    category: str


@cache
def referrer_rows() -> tuple[ReferrerRow, ...]:
    """One row a pattern; the file has one line for all patterns of a name."""
    return tuple(
        ReferrerRow(pattern, row["name"], row["medium"], row["terms"], row["charsets"])
        for row in _lines("referrers.csv")
        for pattern in row["patterns"].split()
    )


@cache
def ad_click_rows() -> tuple[AdClickRow, ...]:
    return tuple(
        AdClickRow(
            row["parameter"], row["network"], row["medium"], row["is_paid"] == "1", int(row["priority"]), row["note"]
        )
        for row in _lines("ad_click_ids.csv")
    )


@cache
def channel_rows() -> tuple[ChannelRow, ...]:
    """In order: the first that fits names the channel."""
    paid = {"": None, "1": True, "0": False}
    return tuple(
        ChannelRow(row["channel"], row["source"], row["medium"], row["campaign"], row["category"], paid[row["ad_paid"]])
        for row in _lines("channels.csv")
    )


@cache
def source_rows() -> tuple[SourceRow, ...]:
    """One row a source; the file has one line for all sources of a category."""
    return tuple(
        SourceRow(source.replace("_", " "), row["category"])
        for row in _lines("sources.csv")
        for source in row["sources"].split()
    )


def _lines(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))

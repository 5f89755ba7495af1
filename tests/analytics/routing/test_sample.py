"""A part of a span that stands for all of it."""

import random
from collections import Counter
from datetime import timedelta

import pytest

from apps.analytics.routing.reach import reach
from apps.analytics.routing.sample import PIECES, STRETCHES, Count, Sample, sample_of
from apps.analytics.span import milliseconds
from apps.ingress.rules import parse
from tests.analytics.make import NOON, a_click, a_warehouse, stored
from tests.analytics.routing.make import a_country, a_span, all_clicks

SPAN = a_span()


def test_all_that_was_read_is_exact():
    assert Sample(SPAN).count({0: 7}) == Count(7, 0)
    assert Count(7).is_exact


def test_a_part_is_scaled_up_with_an_error_that_is_never_nothing():
    alike = Sample(SPAN, offsets=(0,) * STRETCHES, length_ms=1, share=0.5).count(dict.fromkeys(range(PIECES), 10))

    assert (alike.value, alike.error, alike.is_exact) == (320, 1, False)


def test_pieces_that_differ_make_the_error_wide():
    sample = Sample(SPAN, offsets=(0,) * STRETCHES, length_ms=1, share=0.1)

    even, odd = sample.count(dict.fromkeys(range(PIECES), 10)), sample.count({0: 80, 5: 80})

    assert even.value == odd.value == 1_600
    assert odd.error > 500 * even.error


def test_the_error_holds_the_truth_about_as_often_as_it_says():
    chance = random.Random(20261123)
    sample = Sample(SPAN, offsets=(0,) * STRETCHES, length_ms=1, share=0.1)

    held = 0
    for _ in range(1_000):
        pieces = {piece: sum(chance.random() < 0.1 for _ in range(200)) for piece in range(PIECES)}
        count = sample.count(pieces)
        held += abs(count.value - 200 * PIECES) <= count.error

    assert 0.92 <= held / 1_000 <= 0.98


@pytest.mark.django_db(databases=["default", "clickhouse"])
class TestRead:
    def test_few_rows_are_read_whole(self):
        warehouse = a_warehouse()
        stored(a_click(organization=warehouse.organization_id))

        assert sample_of(warehouse, SPAN, rows_max=1) == Sample(SPAN)

    def test_a_span_without_length_is_read_whole(self):
        warehouse = a_warehouse()
        stored(*(a_click(organization=warehouse.organization_id) for _ in range(3)))

        span = a_span(NOON, NOON + timedelta(milliseconds=1))

        assert sample_of(warehouse, span, rows_max=1) == Sample(span)

    def test_as_many_rows_are_read_as_were_wanted_from_everywhere(self):
        warehouse = a_warehouse()
        minutes = [SPAN.start + timedelta(seconds=each * 17.28) for each in range(10_000)]
        stored(*(a_click(at, organization=warehouse.organization_id) for at in minutes))

        sample = sample_of(warehouse, SPAN, rows_max=2_000)

        assert sample.share == pytest.approx(0.2, abs=0.02)
        assert Counter(offset // (sample.length_ms or 1) for offset in sample.offsets).most_common(1)[0][1] < 50
        turn = (milliseconds(SPAN.end) - milliseconds(SPAN.start)) // STRETCHES
        assert all(0 <= offset <= turn - sample.length_ms for offset in sample.offsets)

    def test_what_python_would_read_is_what_is_read(self):
        warehouse, chance = a_warehouse(), random.Random(7)
        length = milliseconds(SPAN.end) - milliseconds(SPAN.start)
        moments = [SPAN.start + timedelta(milliseconds=chance.randrange(length)) for _ in range(5_000)]
        stored(*(a_click(at, organization=warehouse.organization_id, country="DE") for at in moments))

        sample = sample_of(warehouse, SPAN, rows_max=1_000)

        turn = length // STRETCHES
        since = [milliseconds(at) - milliseconds(SPAN.start) for at in moments]
        read = [
            ms for ms in since if 0 <= ms % turn - sample.offsets[min(ms // turn, STRETCHES - 1)] < sample.length_ms
        ]
        assert sample.share == len(read) / 5_000

    def test_clicks_that_come_in_waves_are_still_within_the_error(self):
        warehouse, chance = a_warehouse(), random.Random(11)
        waves = [SPAN.start + timedelta(minutes=chance.randrange(2_870)) for _ in range(40)]
        moments = [wave + timedelta(seconds=chance.random() * 300) for wave in waves for _ in range(500)]
        stored(*(a_click(at, organization=warehouse.organization_id, country="DE") for at in moments))

        found = reach(warehouse, parse(a_country("DE")), all_clicks(), rows_max=4_000)

        assert found.share_read < 0.5
        assert abs(found.matching.value - 20_000) <= found.matching.error

"""What templates may say: each tag and filter through a template, as a page uses it."""

from datetime import UTC, datetime, timedelta

import pytest
from django import forms
from django.template import Context, Template
from django.test import RequestFactory
from structlog.contextvars import bound_contextvars

NOW = datetime(2026, 11, 22, 14, 2, 31, tzinfo=UTC)


def drawn(source: str, **context: object) -> str:
    return Template(source).render(Context(context)).strip()


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "0"),
        (7, "7"),
        (999, "999"),
        (1000, "1K"),
        (1234, "1.2K"),
        (12_345, "12.3K"),
        (999_949, "999.9K"),
        (999_950, "1M"),
        (2_345_678, "2.3M"),
        (7_000_000_000, "7B"),
        (-1234, "-1.2K"),
        (0.25, "0.25"),
        (None, "–"),
    ],
)
def test_short_numbers_read_as_people_say_them(number, words):
    assert drawn("{{ number|short_number }}", number=number) == words


@pytest.mark.parametrize(("number", "words"), [(0, "0"), (1234567, "1,234,567"), (-1234, "-1,234"), (None, "–")])
def test_full_numbers_keep_every_digit(number, words):
    assert drawn("{{ number|full_number }}", number=number) == words


@pytest.mark.parametrize(
    ("share", "words"),
    [(0, "0%"), (0.124, "12.4%"), (0.5, "50%"), (1, "100%"), (12.3456, "1235%"), (-0.034, "-3.4%"), (-0.00001, "0%")],
)
def test_shares_read_as_percent(share, words):
    assert drawn("{{ share|percent }}", share=share) == words


@pytest.mark.parametrize("share", [None, float("nan"), float("inf")])
def test_a_share_that_is_no_number_is_a_dash(share):
    assert drawn("{{ share|percent }}", share=share) == "–"


@pytest.mark.parametrize(
    ("passed", "words"),
    [
        (timedelta(seconds=-30), "just now"),
        (timedelta(seconds=4), "just now"),
        (timedelta(seconds=5), "5 s ago"),
        (timedelta(seconds=59), "59 s ago"),
        (timedelta(seconds=60), "1 min ago"),
        (timedelta(hours=5, minutes=59), "5 h ago"),
        (timedelta(days=3), "3 d ago"),
        (timedelta(days=61), "22 Sep 2026"),
    ],
)
def test_ago_uses_the_largest_unit_that_fits(passed, words):
    assert drawn("{{ at|ago:now }}", at=NOW - passed, now=NOW) == words


def test_what_never_happened_was_never():
    assert drawn("{{ at|ago }} {% moment at %}", at=None) == "never never"


def test_a_moment_carries_the_exact_second_in_utc():
    at = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)

    html = drawn("{% moment at %}", at=at)

    assert html == '<time datetime="2026-01-02T03:04:05+00:00" title="2 Jan 2026 03:04:05 UTC">2 Jan 2026</time>'


def test_a_sparkline_runs_from_the_oldest_to_the_newest():
    html = drawn("{% sparkline points %}", points=[0, 5, 10])

    assert '<polyline points="0.0,27.0 50.0,14.0 100.0,1.0"' in html
    assert "style=" not in html


def test_a_sparkline_of_nothing_but_zeros_lies_on_the_ground():
    assert 'points="0.0,27.0 100.0,27.0"' in drawn("{% sparkline points %}", points=[0, 0])


@pytest.mark.parametrize("points", [[], [3]])
def test_a_sparkline_needs_two_points(points):
    assert drawn("{% sparkline points %}", points=points) == ""


def test_the_table_of_a_chart_has_one_row_for_each_label():
    chart = {"labels": ["Mon", "Tue"], "series": [{"name": "Clicks", "values": [1, 2]}, {"values": [3, 4]}]}

    html = drawn(
        "{% load figures %}{% for label, link, values in chart|chart_lines %}{{ label }} {{ values|join:' ' }};{% endfor %}",
        chart=chart,
    )

    assert html == "Mon 1 3;Tue 2 4;"


def test_a_chart_whose_series_do_not_match_its_labels_is_refused():
    chart = {"labels": ["Mon"], "series": [{"values": [1, 2]}]}

    with pytest.raises(ValueError, match="zip"):
        drawn("{% load figures %}{% for row in chart|chart_lines %}{{ row }}{% endfor %}", chart=chart)


def test_a_chart_stands_beside_its_table():
    chart = {"type": "line", "axis": "Day", "labels": ["22 Nov"], "series": [{"name": "Clicks </b>", "values": [1234]}]}

    html = drawn('{% include "_chart.html" with id="c" title="Clicks per day" chart=chart only %}', chart=chart)

    assert '<script id="c-data" type="application/json">' in html
    assert 'data-chart="#c-data"' in html
    assert '<td class="text-end">1,234</td>' in html
    assert "</b>" not in html


def test_an_icon_is_hidden_from_screen_readers():
    html = drawn('{% icon "link" "icon-sm" %}')

    assert 'href="/static/icons.svg#link"' in html
    assert 'aria-hidden="true"' in html


def a_nav_item(path: str, name: str) -> str:
    request = RequestFactory().get(path)
    return drawn('{% nav_item name "Label" icon="link" keys="g x" %}', request=request, name=name)


def test_the_page_one_is_on_is_marked_in_the_navigation():
    assert 'aria-current="page"' in a_nav_item("/admin/", "admin:index")


def test_a_page_below_marks_its_section():
    assert 'aria-current="true"' in a_nav_item("/admin/accounts/", "admin:index")


def test_elsewhere_nothing_is_marked():
    assert "aria-current" not in a_nav_item("/administration", "admin:index")


def test_a_page_that_does_not_exist_is_not_in_the_navigation():
    assert a_nav_item("/", "nowhere:at-all") == ""


class AForm(forms.Form):
    name = forms.CharField(help_text="What people call it.")
    kind = forms.ChoiceField(choices=[("a", "A")])
    on = forms.BooleanField(required=False)
    way = forms.ChoiceField(choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect)


def test_every_control_has_its_label():
    html = drawn('{% include "_form.html" %}', form=AForm())

    assert '<label class="form-label required" for="id_name">Name</label>' in html
    assert '<label class="form-check" for="id_on">' in html
    assert '<legend class="form-label required">Way</legend>' in html


def test_a_control_looks_like_its_kind():
    form = AForm()

    assert 'class="form-control"' in drawn("{% control field %}", field=form["name"])
    assert 'class="form-select"' in drawn("{% control field %}", field=form["kind"])
    assert 'class="form-check-input"' in drawn("{% control field %}", field=form["on"])
    assert 'class="choices"' in drawn("{% control field %}", field=form["way"])


def test_a_wrong_field_is_described_by_its_help_and_its_error():
    html = drawn('{% include "_field.html" %}', field=AForm({})["name"])

    assert 'aria-describedby="id_name_helptext id_name_error"' in html
    assert 'aria-invalid="true"' in html
    assert 'id="id_name_error"><div>This field is required.</div>' in html


def test_what_is_wrong_with_the_whole_form_stands_above_it():
    form = AForm({})
    form.add_error(None, "These two do not go together.")

    html = drawn('{% include "_form.html" %}', form=form)

    assert html.index("These two do not go together.") < html.index("id_name")


def test_an_error_page_names_the_request_in_the_log():
    with bound_contextvars(request_id="abc-123"):
        assert "<code>abc-123</code>" in drawn('{% include "500.html" %}')


def test_without_a_request_the_error_page_names_none():
    assert "<code>" not in drawn('{% include "500.html" %}')

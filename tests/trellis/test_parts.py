"""The shared parts of templates, drawn the way a page includes them."""

from datetime import UTC, datetime, timedelta

from django.template import Context, Template


def drawn(include: str, **context: object) -> str:
    return " ".join(Template(f"{{% include {include} %}}").render(Context(context)).split())


def test_a_kpi_is_short_and_keeps_the_full_value_at_hand():
    html = drawn('"_kpi.html" with label="Clicks" value=12345 unit="clicks"')

    assert 'title="12,345 clicks"' in html
    assert "12.3K" in html


def test_a_rise_is_told_in_words():
    html = drawn('"_kpi.html" with label="Clicks" value=1 change=0.124 against="the day before"')

    assert "<strong>12.4%</strong> more than the day before" in html
    assert "change-good" in html


def test_a_fall_is_told_in_words():
    html = drawn('"_kpi.html" with label="Clicks" value=1 change=change against="the day before"', change=-0.5)

    assert "<strong>50%</strong> less than the day before" in html
    assert "change-bad" in html


def test_a_fall_of_what_should_be_low_is_good():
    html = drawn('"_change.html" with change=change against="yesterday" lower_is_better=True', change=-0.5)

    assert "change-good" in html


def test_a_change_of_more_than_ten_times_is_told_as_a_multiple():
    assert "<strong>21 times</strong> yesterday" in drawn('"_change.html" with change=20 against="yesterday"')


def test_no_change_is_told_too():
    assert "as many as yesterday" in drawn('"_change.html" with change=0 against="yesterday"')


def test_nothing_to_compare_with_is_said():
    assert "nothing to compare with yesterday" in drawn('"_change.html" with change=None against="yesterday"')


def test_fresh_data_says_up_to_when():
    at = datetime(2026, 11, 22, 14, 2, 31, tzinfo=UTC)

    html = drawn('"_freshness.html"', freshness=at)

    assert "14:02:31 UTC" in html
    assert "freshness-stale" not in html


def test_stale_data_says_since_when_and_warns():
    at = datetime.now(UTC) - timedelta(hours=2)

    html = drawn('"_freshness.html"', freshness=at, stale=True)

    assert "which is 2 h ago" in html
    assert "freshness-stale" in html


def test_no_data_is_said():
    assert "No data yet" in drawn('"_freshness.html"', freshness=None)


def test_an_empty_place_offers_the_next_action():
    html = drawn('"_empty.html" with title="No links" why="You made none." action_url="/links" action_label="Make one"')

    assert '<a class="btn btn-primary" href="/links">Make one</a>' in html


def test_an_empty_place_without_an_action_has_no_button():
    assert "btn" not in drawn('"_empty.html" with title="No clicks"')


def test_an_error_is_tried_again_in_its_own_place():
    html = drawn('"_error_card.html" with what="Sources could not be read" retry_url="/reports/top-sources"')

    assert 'href="/reports/top-sources"' in html
    assert 'hx-target="closest .error-card"' in html


def test_more_rows_come_by_button_and_by_plain_link():
    html = drawn('"_more.html" with next_url="/events?cursor=7" columns=4')

    assert html.startswith('<tr class="more"><td colspan="4">')
    assert 'href="/events?cursor=7" hx-get="/events?cursor=7"' in html


def test_the_last_page_has_no_button():
    assert drawn('"_more.html" with next_url=None') == ""


def test_what_can_be_copied_can_also_be_selected():
    html = drawn('"_copy.html" with label="the link"', text="https://go.example/in/a?b=1&c=2")

    assert 'data-copy="https://go.example/in/a?b=1&amp;c=2"' in html
    assert 'aria-label="Copy the link"' in html
    assert '<code class="copy-text" tabindex="0">https://go.example/in/a?b=1&amp;c=2</code>' in html


def test_progress_is_told_in_words():
    html = drawn('"_progress.html" with label="Spool" value=1500 max=2000')

    assert "1,500 of 2,000" in html
    assert '<progress class="progress progress-sm" value="1500" max="2000" aria-label="Spool">' in html


def test_a_lazy_part_can_be_read_without_scripts():
    html = drawn('"_lazy.html" with id="sources" url="/reports/top-sources" label="Sources"')

    assert 'hx-get="/reports/top-sources" hx-trigger="load"' in html
    assert '<noscript><a href="/reports/top-sources">Sources</a></noscript>' in html

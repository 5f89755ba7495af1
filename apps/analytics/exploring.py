"""A question of Explore and its answer: as a table always, as a chart where one fits."""

from dataclasses import dataclass

from apps.analytics import charts
from apps.analytics.analysis import ExploreForm
from apps.analytics.charts import Chart
from apps.analytics.page import Question, query_of
from apps.analytics.query import Answer, Query, answer
from apps.analytics.tables import Naming, Table, table_of

# Rows of a page: a table of more is for a spreadsheet.
MOST_LINES = 250
CSV_GROUPS = 10_000
MOST_POINTS = 100_000
WEEK = {"weekday", "hour_of_day"}


@dataclass(frozen=True)
class Exploration:
    """`cut` says how many rows of the answer the page leaves out; the CSV file has them."""

    answer: Answer
    table: Table
    chart: Chart | None
    cut: int = 0


def query_for(question: Question[ExploreForm], *, limit: int = 0) -> Query:
    """Errors: BadQuery."""
    form = question.form
    interval = form.chosen_interval if form.over_time else None
    return query_of(
        question, form.metrics, form.dimensions, interval=interval, order=form.order, limit=limit or form.rows
    )


def exploration(question: Question[ExploreForm], asked: Answer, naming: Naming) -> Exploration:
    table = table_of(asked, question.form, question.currency, naming=naming)
    chart = _chart(question, asked, table)
    return Exploration(asked, table.first(MOST_LINES), chart, max(0, len(table.lines) - MOST_LINES))


def everything(question: Question[ExploreForm]) -> Answer:
    """With as many groups as one answer may have, for a file."""
    form = question.form
    intervals = len(form.chosen_interval.starts(question.span)) if form.over_time else 1
    return answer(question.warehouse, query_for(question, limit=max(1, min(CSV_GROUPS, MOST_POINTS // intervals))))


def _chart(question: Question[ExploreForm], asked: Answer, table: Table) -> Chart | None:
    form, by = question.form, asked.query.dimensions
    metric = asked.query.metrics[0]
    if form.chosen_chart == "none" or not table.lines:
        return None
    if asked.query.interval and not by:
        chart = charts.over_time(asked, metric, currency=question.currency, against=question.against)
    elif asked.query.interval:
        chart = charts.lines(asked, table, currency=question.currency)
    elif form.chosen_chart == "auto" and by == ("country",):
        return charts.world(table, "")
    elif form.chosen_chart == "auto" and {*by} == WEEK:
        return charts.week(asked.rows, metric, question.currency, by=by)
    else:
        chart = charts.bars(table)
    if form.chosen_chart == "auto":
        return chart
    return {
        **chart,
        "type": form.chosen_chart,
        "horizontal": chart.get("horizontal", False) and form.chosen_chart == "bar",
    }

// From our description of a chart to ECharts' options. docs/pages.md describes the description.
import { frame, told, tooltip } from "./frame.js"
import { full, short } from "./numbers.js"

const LEGEND_LINE_PX = 20
const LETTER_PX = 6.25
const LEGEND_ITEM_PX = 28 // the sign and the gaps around it

/** The last `unfinished` points are drawn dotted: a period that still grows must not look like a fall. */
function dotted(series, unfinished) {
  const start = series.values.length - unfinished
  const solid = series.values.map((value, index) => (index < start ? value : null))
  const open = series.values.map((value, index) => (index >= start - 1 ? value : null))
  return [
    { ...series, values: solid },
    { ...series, values: open, open: true },
  ]
}

function line(series, colour, chart) {
  return {
    name: series.name,
    type: "line",
    data: series.values,
    symbol: "circle",
    symbolSize: 6,
    showSymbol: series.values.filter((value) => value !== null).length === 1,
    stack: chart.stacked ? (series.open ? "open" : "all") : undefined,
    color: colour,
    lineStyle: { width: series.compare ? 1.5 : 2.25, type: series.open ? "dotted" : series.compare ? "dashed" : "solid", opacity: series.compare ? 0.6 : 1 },
    areaStyle: chart.stacked || (chart.series.length === 1 && !series.open) ? { opacity: chart.stacked ? 0.25 : 0.1 } : undefined,
    emphasis: { focus: "none" },
  }
}

function bar(series, colour, chart) {
  const start = series.values.length - (chart.unfinished ?? 0)
  return {
    name: series.name,
    type: "bar",
    data: series.values.map((value, index) => (index < start ? value : { value, itemStyle: { opacity: 0.45 } })),
    stack: chart.stacked ? "all" : undefined,
    color: colour,
    barMaxWidth: 28,
    itemStyle: { borderRadius: chart.stacked ? 0 : chart.horizontal ? [0, 3, 3, 0] : [3, 3, 0, 0] },
  }
}

function drawnSeries(chart, colours) {
  return chart.series.flatMap((series, index) => {
    const colour = series.compare ? colours.quiet : colours.series[index % colours.series.length]
    if (chart.type === "bar") return [bar(series, colour, chart)]
    const parts = chart.unfinished && !series.compare ? dotted(series, chart.unfinished) : [series]
    return parts.map((part) => line(part, colour, chart))
  })
}

/** One line a series; the point where solid turns into dotted is in both and told once. */
function lines(points, say) {
  const values = new Map(points.filter(({ value }) => value !== null && value !== undefined).map((point) => [point.seriesName, point.value]))
  return told(points[0].axisValueLabel ?? points[0].name, [...values].map(([name, value]) => [name, say(value)]))
}

function marks(chart, colours) {
  return {
    symbol: "none",
    silent: true,
    label: { color: colours.quiet, formatter: "{b}" },
    lineStyle: { color: colours.quiet, type: "dashed" },
    data: chart.annotations.map(({ at, label }) => ({ name: label, xAxis: at })),
  }
}

function categories(chart, colours) {
  return {
    type: "category",
    data: chart.labels,
    boundaryGap: chart.type === "bar",
    inverse: Boolean(chart.horizontal),
    axisTick: { show: false },
    axisLine: { lineStyle: { color: colours.line } },
    axisLabel: chart.horizontal ? { color: colours.quiet, width: 130, overflow: "truncate", interval: 0 } : { color: colours.quiet, hideOverlap: true },
  }
}

function amounts(chart, colours) {
  return {
    type: "value",
    minInterval: chart.unit === "share" ? undefined : 1,
    splitNumber: 4,
    splitLine: { lineStyle: { color: colours.line } },
    axisLabel: { color: colours.quiet, formatter: short(chart.unit), hideOverlap: true },
  }
}

/** How many lines the names take: ECharts does not move the drawing out of their way. */
function legendLines(names, width) {
  let lines = 1
  let used = 0
  for (const name of names) {
    const wanted = LEGEND_ITEM_PX + LETTER_PX * name.length
    const fits = !used || used + wanted <= width
    lines += fits ? 0 : 1
    used = fits ? used + wanted : wanted
  }
  return lines
}

export function options(chart, colours, element) {
  const series = drawnSeries(chart, colours)
  const several = chart.series.length > 1
  const legend = several ? legendLines(chart.series.map(({ name }) => name), element?.clientWidth || Infinity) : 0
  if (chart.annotations?.length && series.length) series[0].markLine = marks(chart, colours)
  return {
    ...frame(colours),
    grid: { left: 4, right: 8, top: several ? 16 + LEGEND_LINE_PX * legend : 12, bottom: 4, containLabel: true },
    legend: several ? { top: 0, left: 0, icon: "roundRect", itemWidth: 12, itemHeight: 12, textStyle: { color: colours.quiet } } : undefined,
    tooltip: tooltip(colours, { trigger: "axis", formatter: (points) => lines(points, full(chart.unit)) }),
    ...(chart.horizontal ? { xAxis: amounts(chart, colours), yAxis: categories(chart, colours) } : { xAxis: categories(chart, colours), yAxis: amounts(chart, colours) }),
    series,
  }
}

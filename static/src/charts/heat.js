// A table of numbers as colours: a row of the chart is a label, a column a series.
import { frame, told, tooltip } from "./frame.js"
import { full } from "./numbers.js"

export function heat(chart, colours) {
  const say = full(chart.unit)
  const cells = chart.series.flatMap((column, x) => column.values.map((value, y) => [x, y, value ?? 0]))
  return {
    ...frame(colours),
    grid: { left: 4, right: 8, top: 8, bottom: 4, containLabel: true },
    tooltip: tooltip(colours, {
      formatter: ({ value: [x, y, number] }) => told(`${chart.labels[y]}, ${chart.series[x].name}`, [[chart.measure ?? "", say(number)]]),
    }),
    xAxis: {
      type: "category",
      data: chart.series.map(({ name }) => name),
      axisTick: { show: false },
      axisLine: { show: false },
      axisLabel: { color: colours.quiet, hideOverlap: true },
    },
    yAxis: {
      type: "category",
      data: chart.labels,
      inverse: true,
      axisTick: { show: false },
      axisLine: { show: false },
      axisLabel: { color: colours.quiet },
    },
    visualMap: { show: false, min: 0, max: Math.max(1, ...cells.map((cell) => cell[2])), inRange: { color: [colours.empty, colours.series[0]] } },
    series: [{ type: "heatmap", data: cells, itemStyle: { borderWidth: 2, borderColor: colours.surface, borderRadius: 3 }, emphasis: { itemStyle: { borderColor: colours.text } } }],
  }
}

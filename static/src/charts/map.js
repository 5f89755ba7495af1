// Numbers by country on a map. Labels are names; `codes` are ISO 3166-1 alpha-2, which is what the shapes are called.
import { geoNaturalEarth1 } from "d3-geo"
import * as echarts from "echarts/core"
import { feature } from "topojson-client"
import { frame, told, tooltip } from "./frame.js"
import { full } from "./numbers.js"

let loading
/** The shapes come in a file of their own, once and only where a map is drawn. */
function shapes(url) {
  loading ??= fetch(url)
    .then((answer) => answer.json())
    .then((topology) => echarts.registerMap("world", named(feature(topology, topology.objects.countries))))
  return loading
}

function named(collection) {
  for (const country of collection.features) country.properties = { name: country.id ?? "" }
  return collection
}

const projection = geoNaturalEarth1()
// With `stream` d3 cuts what crosses the antimeridian; without it Russia and Fiji draw stripes over the whole map.
const PROJECTION = { project: (point) => projection(point), unproject: (point) => projection.invert(point), stream: projection.stream }

const mixed = ([from, to], share) => from.map((part, index) => Math.round(part + (to[index] - part) * share))
const parts = (rgba) => rgba.match(/[\d.]+/g).slice(0, 3).map(Number)

/** Few and many in one colour; the square root keeps the second country from looking empty beside the first. */
function painted(values, colours) {
  const ends = [parts(colours.empty), parts(colours.series[0])]
  const most = Math.max(1, ...values)
  return values.map((value) => `rgb(${mixed(ends, value > 0 ? 0.15 + 0.85 * Math.sqrt(value / most) : 0).join(",")})`)
}

export async function map(chart, colours, element) {
  await shapes(element.dataset.world)
  const values = chart.series[0].values.map((value) => value ?? 0)
  const paint = painted(values, colours)
  const say = full(chart.unit)
  const place = new Map(chart.codes.map((code, index) => [code, index]))
  const style = { areaColor: colours.empty, borderColor: colours.line, borderWidth: 0.5 }
  return {
    ...frame(colours),
    tooltip: tooltip(colours, {
      formatter: ({ name }) => (place.has(name) ? told(chart.labels[place.get(name)], chart.series.map((series) => [series.name, say(series.values[place.get(name)])])) : ""),
    }),
    series: [
      {
        type: "map",
        map: "world",
        projection: PROJECTION,
        selectedMode: false,
        preserveAspect: "contain",
        top: 4,
        bottom: 4,
        left: 4,
        right: 4,
        itemStyle: style,
        label: { show: false },
        emphasis: { label: { show: false }, itemStyle: { areaColor: null, borderColor: colours.text, borderWidth: 1 } },
        data: chart.codes.map((name, index) => ({ name, value: values[index], itemStyle: { ...style, areaColor: paint[index] }, emphasis: { itemStyle: { areaColor: paint[index] } } })),
      },
    ],
  }
}

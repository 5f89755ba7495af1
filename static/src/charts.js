// Draws every [data-chart] element from the json_script it names, again after a swap, a resize or a change of theme.
import { BarChart, LineChart } from "echarts/charts"
import { AriaComponent, GridComponent, LegendComponent, MarkLineComponent, TooltipComponent } from "echarts/components"
import * as echarts from "echarts/core"
import { SVGRenderer } from "echarts/renderers"
import { options } from "./charts/options.js"
import { palette } from "./charts/palette.js"

echarts.use([AriaComponent, BarChart, GridComponent, LegendComponent, LineChart, MarkLineComponent, SVGRenderer, TooltipComponent])

const still = matchMedia("(prefers-reduced-motion: reduce)")
const drawn = new Set() // ids that were on the page before: what a poll brings again must not dance

const resizing = new ResizeObserver((entries) => {
  for (const { target } of entries) echarts.getInstanceByDom(target)?.resize()
})

function draw(element) {
  const source = document.querySelector(element.dataset.chart)
  if (!source) return
  const chart = echarts.getInstanceByDom(element) ?? echarts.init(element, null, { renderer: "svg" })
  const animation = !still.matches && !drawn.has(element.dataset.chart)
  chart.setOption({ ...options(JSON.parse(source.textContent), palette()), animation }, true)
  drawn.add(element.dataset.chart)
  element.setAttribute("role", "img")
  element.setAttribute("aria-label", element.dataset.title ?? "Chart")
  resizing.observe(element)
}

const charts = (root) => [...(root.matches?.("[data-chart]") ? [root] : []), ...root.querySelectorAll("[data-chart]")]

document.addEventListener("htmx:load", ({ detail }) => charts(detail.elt).forEach(draw))
document.addEventListener("htmx:beforeCleanupElement", ({ target }) => {
  if (target.dataset?.chart) echarts.getInstanceByDom(target)?.dispose()
})
document.addEventListener("trellis:theme", () => charts(document.body).forEach(draw))
charts(document.body).forEach(draw)

// Draws every [data-chart] element from the json_script it names, again after a swap, a resize or a change of theme.
import * as echarts from "echarts/core"
import { palette } from "./palette.js"

const still = matchMedia("(prefers-reduced-motion: reduce)")
const drawn = new Set() // ids that were on the page before: what a poll brings again must not dance

const resizing = new ResizeObserver((entries) => {
  for (const { target } of entries) echarts.getInstanceByDom(target)?.resize()
})

/** A click on a shape follows the link that the table beside the chart has for it. */
function follow(element, chart, { name, dataIndex }) {
  const at = chart.codes ? chart.codes.indexOf(name) : dataIndex
  const href = chart.links?.[at]
  if (href) element.closest("figure")?.querySelector(`a[href="${CSS.escape(href)}"]`)?.click()
}

async function draw(element, kinds) {
  const source = document.querySelector(element.dataset.chart)
  if (!source) return
  const chart = JSON.parse(source.textContent)
  const options = await kinds[chart.type]?.(chart, palette(), element)
  if (!options || !element.isConnected) return
  const known = echarts.getInstanceByDom(element)
  const instance = known ?? echarts.init(element, null, { renderer: "svg" })
  if (!known) instance.on("click", (shape) => follow(element, chart, shape))
  const animation = !still.matches && !drawn.has(element.dataset.chart)
  instance.setOption({ ...options, animation }, true)
  drawn.add(element.dataset.chart)
  element.setAttribute("role", "img")
  element.setAttribute("aria-label", element.dataset.title ?? "Chart")
  resizing.observe(element)
}

const charts = (root) => [...(root.matches?.("[data-chart]") ? [root] : []), ...root.querySelectorAll("[data-chart]")]

/** `kinds` names, for each type of chart, the function from its description and the colours to ECharts' options. */
export function start(kinds) {
  const all = (root) => charts(root).forEach((element) => draw(element, kinds))
  document.addEventListener("htmx:load", ({ detail }) => all(detail.elt))
  document.addEventListener("htmx:beforeCleanupElement", ({ target }) => {
    if (target.dataset?.chart) echarts.getInstanceByDom(target)?.dispose()
  })
  document.addEventListener("trellis:theme", () => all(document.body))
  all(document.body)
}

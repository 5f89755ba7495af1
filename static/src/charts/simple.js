// Lines and bars with what they need of ECharts.
import { BarChart, LineChart } from "echarts/charts"
import { GridComponent, LegendComponent, MarkLineComponent, TooltipComponent } from "echarts/components"
import * as echarts from "echarts/core"
import { SVGRenderer } from "echarts/renderers"
import { options } from "./options.js"

echarts.use([BarChart, GridComponent, LegendComponent, LineChart, MarkLineComponent, SVGRenderer, TooltipComponent])

export const simple = { line: options, bar: options }

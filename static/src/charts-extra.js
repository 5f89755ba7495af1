// Everything charts.js draws, and heat maps and maps of the world.
import { HeatmapChart, MapChart } from "echarts/charts"
import { VisualMapContinuousComponent } from "echarts/components"
import * as echarts from "echarts/core"
import { start } from "./charts/draw.js"
import { heat } from "./charts/heat.js"
import { map } from "./charts/map.js"
import { simple } from "./charts/simple.js"

echarts.use([HeatmapChart, MapChart, VisualMapContinuousComponent])

start({ ...simple, heat, map })

// Lines and bars, which is what most pages draw. A page loads this or charts-extra.js, which draws these too.
import { simple } from "./charts/simple.js"
import { start } from "./charts/draw.js"

start(simple)

// Colours as the page has them now. ECharts does not read oklch(), so the browser paints one pixel of each.
const SERIES = ["--tblr-primary", "--tblr-teal", "--tblr-orange", "--tblr-purple", "--tblr-pink", "--tblr-lime"]

const pixel = Object.assign(document.createElement("canvas"), { width: 1, height: 1 }).getContext("2d", { willReadFrequently: true })

function rgb(css) {
  pixel.clearRect(0, 0, 1, 1)
  pixel.fillStyle = css
  pixel.fillRect(0, 0, 1, 1)
  const [red, green, blue, alpha] = pixel.getImageData(0, 0, 1, 1).data
  return `rgba(${red}, ${green}, ${blue}, ${(alpha / 255).toFixed(3)})`
}

export function palette() {
  const probe = document.body.appendChild(document.createElement("i"))
  probe.style.transitionProperty = "none" // with reduced motion everything has a short one, and a colour would be read at its start
  const colour = (name) => {
    probe.style.color = `var(${name})`
    return rgb(getComputedStyle(probe).color)
  }
  const colours = {
    series: SERIES.map(colour),
    text: colour("--tblr-body-color"),
    quiet: colour("--tblr-secondary"),
    line: colour("--tblr-border-color"),
    surface: colour("--tblr-bg-surface"),
    empty: colour("--tblr-tertiary-bg"),
    font: getComputedStyle(document.body).fontFamily,
  }
  probe.remove()
  return colours
}

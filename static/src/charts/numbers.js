// Numbers as the tables beside the charts write them. A unit is "count", "share", "money:EUR" or absent.
const options = (unit, more) => {
  const [kind, currency] = (unit ?? "count").split(":")
  if (kind === "share") return { style: "percent", maximumFractionDigits: 1 }
  if (kind === "money") return { style: "currency", currency, ...more }
  return { maximumFractionDigits: 2, ...more }
}

export const short = (unit) => {
  const format = new Intl.NumberFormat("en", options(unit, { notation: "compact", maximumFractionDigits: 1, minimumFractionDigits: 0 }))
  return (value) => format.format(value)
}

export const full = (unit) => {
  const format = new Intl.NumberFormat("en", options(unit, {}))
  return (value) => (value === null || value === undefined ? "–" : format.format(value))
}

// What every kind of chart looks like around its own shapes.
export function frame(colours) {
  return { textStyle: { fontFamily: colours.font, color: colours.text }, aria: { enabled: false } }
}

/** A tooltip of plain text: rich text inside the SVG, because the policy allows no style attribute. */
export function tooltip(colours, more) {
  return {
    renderMode: "richText",
    confine: true,
    backgroundColor: colours.surface,
    borderColor: colours.line,
    textStyle: { color: colours.text, rich: { title: { color: colours.quiet, fontSize: 12, lineHeight: 20 }, number: { fontWeight: 600, color: colours.text } } },
    ...more,
  }
}

// Braces and bars are rich text's own signs.
const plain = (text) => String(text).replace(/[{}|]/g, " ")

/** A title and a line for each [name, value]. */
export const told = (title, pairs) =>
  [`{title|${plain(title)}}`, ...pairs.map(([name, value]) => `${plain(name)}  {number|${plain(value)}}`)].join("\n")

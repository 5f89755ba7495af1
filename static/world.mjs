// The world as the map draws it: countries by their ISO 3166-1 alpha-2 code, out of Natural Earth 1:50m.
import { readFile } from "node:fs/promises"
import { createRequire } from "node:module"

const require = createRequire(import.meta.url)
// Natural Earth gives no number to these; GeoIP data does give codes.
const UNNUMBERED = { Kosovo: "XK", Somaliland: "SO", "N. Cyprus": "CY", "Indian Ocean Ter.": "CX" }
// Its pole is a line as long as the equator on the projection, and nobody clicks there.
const LEFT_OUT = new Set(["AQ"])

const read = async (name) => JSON.parse(await readFile(require.resolve(name), "utf8"))

/** Calls `visit` with every arc of a geometry, and puts what it answers in its place. */
const mapped = (arcs, visit) => arcs.map((arc) => (Array.isArray(arc) ? mapped(arc, visit) : visit(arc)))

/** The topology with only these geometries, and without the arcs nobody needs any more. */
function only(topology, geometries) {
  const kept = new Map()
  const place = (arc) => {
    const index = arc < 0 ? ~arc : arc
    if (!kept.has(index)) kept.set(index, kept.size)
    return arc < 0 ? ~kept.get(index) : kept.get(index)
  }
  const countries = geometries.map(({ type, arcs, id }) => ({ type, id, arcs: mapped(arcs, place) }))
  const arcs = [...kept.keys()].map((index) => topology.arcs[index])
  return { ...topology, arcs, objects: { countries: { type: "GeometryCollection", geometries: countries } } }
}

/** A TopoJSON document whose object `countries` has the alpha-2 codes as ids. Two pieces may have one id. */
export async function world() {
  const codes = new Map((await read("i18n-iso-countries/codes.json")).map(([alpha2, , number]) => [number, alpha2]))
  const topology = await read("world-atlas/countries-50m.json")
  const named = topology.objects.countries.geometries
    .map((country) => ({ ...country, id: codes.get(country.id) ?? UNNUMBERED[country.properties.name] ?? "" }))
    .filter(({ id }) => !LEFT_OUT.has(id))
  return JSON.stringify(only(topology, named))
}

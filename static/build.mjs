// Builds everything the pages load into static/build/: three style sheets, four scripts, one icon sprite and the map of the world.
import { cp, mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { build } from "esbuild"
import { world } from "./world.mjs"

const here = dirname(fileURLToPath(import.meta.url))
const root = dirname(here)
const out = join(here, "build")
const ICONS = join(root, "node_modules", "@tabler", "icons", "icons")
// Used by scripts, so not to be found in a template.
const ICONS_OF_SCRIPTS = ["check", "copy", "x"]
const STROKE = 'fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round"'
const ICON_NAME = /\bicon(?:=|\s+|\|default:)["']([a-z0-9-]+)["']/g

async function* files(folder, ending) {
  for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) yield* files(path, ending)
    else if (ending.test(entry.name)) yield path
  }
}

/** Every icon name that a template, or a view handing one to a template, mentions. */
async function iconNames() {
  const names = new Set(ICONS_OF_SCRIPTS)
  for (const folder of ["templates", "apps"]) {
    for await (const path of files(join(root, folder), /\.(html|py)$/)) {
      for (const [, name] of (await readFile(path, "utf8")).matchAll(ICON_NAME)) names.add(name)
    }
  }
  return [...names].sort()
}

/** `link` is drawn in lines, `link-filled` filled. */
async function symbol(name) {
  const [folder, paint] = name.endsWith("-filled") ? ["filled", 'fill="currentColor"'] : ["outline", STROKE]
  const svg = await readFile(join(ICONS, folder, `${name.replace(/-filled$/, "")}.svg`), "utf8").catch(() => {
    throw new Error(`"${name}" is not a Tabler icon; node_modules/@tabler/icons/icons has all names`)
  })
  const shapes = svg.slice(svg.indexOf(">", svg.indexOf("<svg")) + 1, svg.lastIndexOf("</svg>")).replace(/\s+/g, " ").trim()
  return `<symbol id="${name}" viewBox="0 0 24 24" ${paint}>${shapes}</symbol>`
}

async function sprite() {
  const symbols = await Promise.all((await iconNames()).map(symbol))
  await writeFile(join(out, "icons.svg"), `<svg xmlns="http://www.w3.org/2000/svg">\n${symbols.join("\n")}\n</svg>\n`)
}

const SCRIPTS_AND_STYLES = ["theme.js", "app.js", "charts.js", "charts-extra.js", "app.css", "admin.css", "api-docs.css"]
const EVERYTHING = new Set([...SCRIPTS_AND_STYLES, "icons.svg", "favicon.svg", "world.json"])

// Written over, never emptied first: a running server goes on serving while this works.
await mkdir(out, { recursive: true })
await Promise.all([
  build({
    entryPoints: SCRIPTS_AND_STYLES.map((name) => join(here, "src", name)),
    outdir: out,
    bundle: true,
    minify: true,
    format: "iife",
    target: ["chrome125", "firefox128", "safari17.4"],
    define: { "process.env.NODE_ENV": '"production"' },
    legalComments: "eof",
    logLevel: "warning",
  }),
  sprite(),
  cp(join(here, "src", "favicon.svg"), join(out, "favicon.svg")),
  world().then((document) => writeFile(join(out, "world.json"), document)),
])
for (const name of await readdir(out)) {
  if (!EVERYTHING.has(name)) await rm(join(out, name), { recursive: true })
}

// Keyboard shortcuts. A link or button says its own with data-keys="g o", and the help lists what the page has.
const PAUSE_MS = 1200
const OFF = "trellis-keys-off"
const SIGNS = { ArrowLeft: "←", ArrowRight: "→", Escape: "Esc" }
const help = document.getElementById("help")
let typed = []
let typedAt = 0

function off() {
  try {
    return localStorage.getItem(OFF) !== null
  } catch {
    return false
  }
}

const writing = (target) => target.matches?.("input, textarea, select, [contenteditable]") ?? false
// Keys that the browser has a use for just there: closing a menu, scrolling a table.
const taken = ({ key, target }) =>
  (key === "Escape" && document.querySelector("[popover]:popover-open") !== null) || (key.startsWith("Arrow") && (target.closest?.("[role=region], pre, summary") ?? null) !== null)

function row({ dataset, textContent, ariaLabel }) {
  const line = document.createElement("div")
  const name = document.createElement("dt")
  const keys = document.createElement("dd")
  name.textContent = ariaLabel ?? textContent.trim()
  for (const key of dataset.keys.split(" ")) keys.append(Object.assign(document.createElement("kbd"), { textContent: SIGNS[key] ?? key }))
  line.dataset.keysRow = ""
  line.append(name, keys)
  return line
}

function openHelp() {
  if (!help || help.open) return
  const list = help.querySelector("[data-keys-list]")
  list.querySelectorAll("[data-keys-row]").forEach((line) => line.remove())
  list.append(...[...document.querySelectorAll("[data-keys]")].map(row))
  help.querySelector("[data-keys-switch]").checked = !off()
  help.showModal()
}

function follow(now, key) {
  typed = now - typedAt > PAUSE_MS ? [key] : [...typed.slice(-1), key]
  typedAt = now
  const target = (keys) => document.querySelector(`[data-keys="${CSS.escape(keys)}"]`)
  const element = target(typed.join(" ")) ?? target(key)
  if (element) typed = []
  return element
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || writing(event.target) || taken(event) || off()) return
  if (document.querySelector("dialog[open]")) return
  const search = document.getElementById("search")
  if (event.key === "?") openHelp()
  else if (event.key === "/" && search) {
    event.preventDefault()
    search.focus()
    search.select()
  } else follow(event.timeStamp, event.key)?.click()
})

document.addEventListener("click", (event) => event.target.closest?.("[data-help]") && openHelp())
help?.addEventListener("click", (event) => event.target === help && help.close())
help?.addEventListener("change", ({ target }) => {
  if (!target.matches("[data-keys-switch]")) return
  if (target.checked) localStorage.removeItem(OFF)
  else localStorage.setItem(OFF, "1")
})

// Loaded before anything is painted. The choice lives under the key the Django admin uses, so both sides switch together.
const dark = matchMedia("(prefers-color-scheme: dark)")

function choice() {
  try {
    return localStorage.getItem("theme") ?? "auto"
  } catch {
    return "auto" // storage is blocked: the system decides
  }
}

function apply() {
  const theme = choice() === "auto" ? (dark.matches ? "dark" : "light") : choice()
  document.documentElement.dataset.bsTheme = theme
  document.dispatchEvent(new CustomEvent("trellis:theme", { detail: { theme, choice: choice() } }))
}

apply()
dark.addEventListener("change", apply)
addEventListener("storage", apply)
document.addEventListener("trellis:choose-theme", apply)

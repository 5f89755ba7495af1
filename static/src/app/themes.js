// The theme menu: remembers the choice and shows which one is on.
function chosen() {
  try {
    return localStorage.getItem("theme") ?? "auto"
  } catch {
    return "auto"
  }
}

function show() {
  for (const button of document.querySelectorAll("[data-theme-choice]")) {
    button.setAttribute("aria-pressed", String(button.dataset.themeChoice === chosen()))
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-theme-choice]")
  if (!button) return
  localStorage.setItem("theme", button.dataset.themeChoice)
  document.dispatchEvent(new Event("trellis:choose-theme"))
  button.closest("[popover]")?.hidePopover()
})
document.addEventListener("trellis:theme", show)
show()

// The drawer opens when something is swapped into #drawer-body. It is a modal <dialog>, so the browser keeps the focus
// inside and gives it back to the row that opened it.
const drawer = document.getElementById("drawer")

document.addEventListener("htmx:afterSwap", ({ detail }) => {
  if (detail.target.id !== "drawer-body" || drawer.open) return
  drawer.showModal()
  drawer.querySelector("#drawer-body :is(input:not([type=hidden]), select, textarea)")?.focus() // else the close button has it
})
drawer?.addEventListener("click", (event) => event.target === drawer && drawer.close())
drawer?.addEventListener("close", () => document.getElementById("drawer-body").replaceChildren())

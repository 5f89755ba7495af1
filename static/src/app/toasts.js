// Short messages. A view answers with `HX-Trigger: {"toast": {"message": "Saved", "level": "success"}}`, or just a string.
const SHOWN_FOR_MS = 8000
const region = document.getElementById("toasts")

export function toast(message, level = "info") {
  const template = document.getElementById("toast-template")
  if (!region || !template) return
  const element = template.content.firstElementChild.cloneNode(true)
  element.dataset.toast = level
  element.querySelector(".toast-body").textContent = message
  region.append(element)
  expire(element)
}

const STAYING = ["error", "warning"]

/** What went wrong stays until it is dismissed; the rest leaves, but not while it is being read. */
function expire(element) {
  if (STAYING.includes(element.dataset.toast)) return
  setTimeout(() => {
    if (element.matches(":hover, :focus-within")) expire(element)
    else element.remove()
  }, SHOWN_FOR_MS)
}

document.addEventListener("click", (event) => event.target.closest?.("[data-dismiss]")?.closest(".toast")?.remove())
document.addEventListener("toast", ({ detail }) => {
  if (typeof detail.value === "string") toast(detail.value)
  else toast(detail.message, detail.level)
})
region?.querySelectorAll(".toast").forEach(expire)

// Asks before a form is left in which something was typed and not sent. What htmx draws anew in its place counts as typed still.
let typed = false

const inForm = (event) => event.target.closest?.("[data-unsaved]")

document.addEventListener("input", (event) => {
  if (inForm(event)) typed = true
})
document.addEventListener("submit", (event) => {
  if (inForm(event)) typed = false
})
document.addEventListener("htmx:afterSettle", () => {
  if (!document.querySelector("[data-unsaved]")) typed = false
})
addEventListener("beforeunload", (event) => {
  if (typed) event.preventDefault()
})

// What htmx does on our behalf: the CSRF token on the way out, expired sessions and failures on the way back.
import { toast } from "./toasts.js"

const SAFE = new Set(["get", "head", "options"])

document.addEventListener("htmx:configRequest", ({ detail }) => {
  if (SAFE.has(detail.verb)) return
  detail.headers["X-CSRFToken"] = document.querySelector('meta[name="csrf-token"]').content
})

// A session that ended redirects to the sign-in page, which must not land inside a card.
document.addEventListener("htmx:beforeSwap", (event) => {
  const signIn = document.body.dataset.signIn
  const answered = event.detail.xhr.responseURL
  if (!signIn || !answered || new URL(answered).pathname !== signIn) return
  event.preventDefault()
  location.reload()
})

function failed({ detail }) {
  const { target, xhr, requestConfig } = detail
  const why = xhr?.status ? `The server answered ${xhr.status}.` : "The server could not be reached."
  if (!target?.querySelector?.("[data-skeleton]")) return toast(`That did not work. ${why}`, "error")
  const card = document.getElementById("error-template").content.firstElementChild.cloneNode(true)
  const retry = card.querySelector("[data-retry]")
  card.querySelector("[data-why]").textContent = why
  retry.href = requestConfig.path
  retry.setAttribute("hx-get", requestConfig.path)
  target.replaceWith(card)
  htmx.process(card)
}

document.addEventListener("htmx:responseError", failed)
document.addEventListener("htmx:sendError", failed)

// "Load more" replaces itself: the keyboard goes on with the first of the new rows.
document.addEventListener("htmx:beforeSwap", ({ detail: { target } }) => {
  if (!target?.matches?.(".more")) return
  const rows = target.parentElement
  const place = [...rows.children].indexOf(target)
  setTimeout(() => rows.children[place]?.querySelector("a, button")?.focus())
})

// Every 5 s a `poll` event on <body>, which parts listen to with hx-trigger="poll from:body". Silent while nobody is
// looking: the tab is hidden, or a button with data-poll-toggle is pressed.
const EVERY_MS = 5000

const paused = () => document.hidden || document.querySelector('[data-poll-toggle][aria-pressed="true"]') !== null
const fire = () => paused() || document.body.dispatchEvent(new Event("poll"))

setInterval(fire, EVERY_MS)
document.addEventListener("visibilitychange", fire)
document.addEventListener("click", (event) => {
  const toggle = event.target.closest?.("[data-poll-toggle]")
  if (!toggle) return
  toggle.setAttribute("aria-pressed", String(toggle.getAttribute("aria-pressed") !== "true"))
  fire()
})

// Copy buttons. Where the clipboard is refused (plain http, old browser) the text beside the button is selected instead.
import { toast } from "./toasts.js"

const SHOWN_FOR_MS = 2000

function select(element) {
  const range = document.createRange()
  range.selectNodeContents(element)
  getSelection().removeAllRanges()
  getSelection().addRange(range)
}

async function copy(button) {
  try {
    await navigator.clipboard.writeText(button.dataset.copy)
  } catch {
    const text = button.parentElement.querySelector(".copy-text")
    if (text) select(text)
    return toast("The text is selected: copy it with your keyboard.")
  }
  button.toggleAttribute("data-copied", true)
  toast("Copied.", "success")
  setTimeout(() => button.removeAttribute("data-copied"), SHOWN_FOR_MS)
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-copy]")
  if (button) copy(button)
})

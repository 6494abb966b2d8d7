// A button that copies what a field holds, and says that it did.

import { notice } from "./notices.js";
import { gettext } from "./words.js";

async function copy(field) {
  try {
    await navigator.clipboard.writeText(field.value);
    notice(gettext("Copied."));
  } catch {
    field.select(); // pages without TLS have no clipboard: Ctrl+C has
    notice(gettext("Press Ctrl+C to copy what is selected."));
  }
}

export function tendCopies() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy]");
    if (button) copy(document.getElementById(button.dataset.copy));
  });
}

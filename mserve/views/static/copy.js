// A button that copies what a field or an element holds, and says that it did.

import { notice } from "./notices.js";
import { gettext } from "./words.js";

async function copy(field) {
  try {
    await navigator.clipboard.writeText(field.value ?? field.textContent);
    notice(gettext("Copied."));
  } catch {
    choose(field); // pages without TLS have no clipboard: Ctrl+C has
    notice(gettext("Press Ctrl+C to copy what is selected."));
  }
}

function choose(field) {
  if (field.select) field.select();
  else getSelection().selectAllChildren(field);
}

export function tendCopies() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy]");
    if (button) copy(document.getElementById(button.dataset.copy));
  });
}

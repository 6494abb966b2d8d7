// Forms marked data-rest speak REST: an error is told beside the button, and nothing typed is lost.

import { refresh, rest } from "./live.js";
import { gettext } from "./words.js";

async function send(form) {
  const alert = form.querySelector("[role=alert]");
  const button = form.querySelector("button");
  const { rest: method, then } = form.dataset;
  const fields = Object.fromEntries(new FormData(form));
  delete fields.do; // for the server without a script
  delete fields.csrf; // which goes in a header
  alert.textContent = "";
  button.disabled = true;
  try {
    const answer = await rest(form.getAttribute("action"), method, method === "DELETE" ? undefined : fields);
    await goOn(form, then === "url" ? answer.url : then);
  } catch (problem) {
    alert.textContent = problem.message;
  } finally {
    button.disabled = false;
  }
}

async function goOn(form, then) {
  if (then !== "refresh") return location.assign(then);
  await refresh();
  form.reset();
  const menu = form.closest("details");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
}

// A menu opens with the focus in its field, closes by Escape or a click elsewhere, one at a time.
function tendMenus() {
  // In the click itself, so that what is typed right after it is not lost.
  document.addEventListener("click", (event) => {
    const menu = event.target.closest("summary")?.parentElement;
    if (!menu || menu.open) return;
    event.preventDefault();
    menu.open = true;
    const first = menu.querySelector("input:not([type=hidden]), select, button");
    first?.focus();
    first?.select?.();
  });
  const close = (kept) => {
    for (const menu of document.querySelectorAll("details.menu[open]"))
      if (!menu.contains(kept)) menu.open = false;
  };
  document.addEventListener("click", (event) => event.target.closest("dialog") || close(event.target));
  document.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && document.activeElement?.closest("details.menu[open]");
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
}

export function tendForms() {
  tendMenus();
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-rest]");
    if (!form) return;
    event.preventDefault();
    send(form);
  });
}

// The form of a visitor without a key: what was pasted never leaves but as the address it makes.
export function tendKeyForm() {
  const form = document.getElementById("key");
  form?.addEventListener("submit", (event) => {
    event.preventDefault();
    const field = form.querySelector("input");
    const secret = field.value.trim().replace(/^.*\/k\//, "").replace(/\/.*$/, "");
    if (/^[\w-]{20,}$/.test(secret)) return location.assign(`${form.dataset.door}${secret}/`);
    form.querySelector("[role=alert]").textContent =
      gettext("This does not look like a key: one has 43 letters, digits, - and _.");
    field.focus();
  });
}

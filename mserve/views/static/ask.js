// What is typed into a form marked data-ask is checked by the server, and what it says shown there.

const PAUSE = 300; // ms without a key before it is asked
let timer = null;
let asked = 0;

// The page that the server makes of a form's fields, or null where it can't be reached.
export async function posted(form, fields) {
  let answer;
  try {
    answer = await fetch(form.getAttribute("action"), {
      method: "POST", body: new URLSearchParams(fields), headers: { Accept: "text/html" }, cache: "no-store",
    });
    return new DOMParser().parseFromString(await answer.text(), "text/html");
  } catch {
    return null; // the next key asks again
  }
}

async function ask(form, ids) {
  const number = ++asked;
  const fields = new FormData(form);
  fields.set("do", "check");
  const fresh = await posted(form, fields);
  if (!fresh || number !== asked) return; // more was typed meanwhile
  for (const id of ids) {
    const now = fresh.getElementById(id);
    if (now) document.getElementById(id)?.replaceChildren(...document.importNode(now, true).childNodes);
  }
  showFaults(form, fresh);
}

// What is wrong with a field stands below it.
function showFaults(form, fresh) {
  for (const old of form.querySelectorAll(".wrong[id]")) {
    const words = fresh.getElementById(old.id)?.textContent ?? "";
    if (old.textContent !== words) old.textContent = words;
    const field = document.getElementById(old.id.replace(/-wrong$/, ""));
    if (words) field?.setAttribute("aria-invalid", "true");
    else field?.removeAttribute("aria-invalid");
  }
}

function soon(event) {
  const form = event.target.form;
  const ids = event.target.dataset.ask ?? form?.dataset.ask;
  if (!ids || form.method !== "post") return;
  clearTimeout(timer);
  timer = setTimeout(() => ask(form, ids.split(" ")), PAUSE);
}

document.addEventListener("input", soon);
document.addEventListener("change", soon);

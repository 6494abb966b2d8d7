// While files are on their way, another order, kind or view of the same folder is shown in place, so that
// they go on.

import { refresh } from "./live.js";

// `busy()` tells whether they are.
export function browseInPlace(busy) {
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    if (!link || !busy() || !isPlain(event, link) || !leadsHere(link)) return;
    event.preventDefault();
    history.pushState(null, "", link.href);
    refresh(true);
  });
  window.addEventListener("popstate", () => refresh(true));
}

const isPlain = (event, link) =>
  !event.defaultPrevented && event.button === 0 && !link.download && !link.target &&
  !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);

function leadsHere({ origin, pathname, search, hash }) {
  const { searchParams } = new URL(search, origin);
  return origin === location.origin && pathname === location.pathname && !hash && !searchParams.has("format");
}

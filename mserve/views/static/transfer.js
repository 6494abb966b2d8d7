// One file on its way to the server, by PUT. XMLHttpRequest, since fetch tells no upload progress.

import { csrf, detailOf, parsed, Problem } from "./live.js";
import { gettext } from "./words.js";

export const UNREADABLE = gettext("the connection broke, or the file can't be read any longer");

// Sends `file` to `url`; `progress` is told bytes. Not `replace`: a file that is there stays.
export function transfer(file, url, replace, progress) {
  const request = new XMLHttpRequest();
  const done = new Promise((resolve, reject) => {
    request.upload.addEventListener("progress", (event) => progress(event.loaded));
    request.addEventListener("load", () => {
      const said = parsed(request.responseText);
      if (request.status < 300) resolve(said);
      else reject(new Problem(request.status, detailOf(said, request.status)));
    });
    request.addEventListener("error", () => reject(new Problem(0, UNREADABLE)));
    request.addEventListener("abort", () => reject(new Problem(0, gettext("cancelled"))));
  });
  request.open("PUT", url);
  request.setRequestHeader("Accept", "application/json");
  for (const [name, value] of Object.entries(csrf())) request.setRequestHeader(name, value);
  request.setRequestHeader("Content-Type", file.type || "application/octet-stream");
  if (!replace) request.setRequestHeader("If-None-Match", "*");
  request.send(file);
  return { done, stop: () => request.abort() };
}

// One upload by tus-js-client. The options are the client's own, as JSON, with `file` and `key`,
// and `piped` for a stream whose length nobody knows before its end.
//
// Writes a line of JSON for each event: {"url"} once it is created, {"sent"} as it goes, and last
// {"headers"} of the answer that ended it, or {"error"} and exit status 1.

import { createReadStream } from "node:fs";
import { PassThrough } from "node:stream";
import { Upload } from "tus-js-client";

const { file, key, piped, ...options } = JSON.parse(process.argv[2]);
const tell = (event) => console.log(JSON.stringify(event));
const WANTED = ["mserve-location", "mserve-job", "upload-offset", "tus-resumable"];

const source = createReadStream(file);
const upload = new Upload(piped ? source.pipe(new PassThrough()) : source, {
  retryDelays: [0, 100, 200, 400],
  headers: { Authorization: `Bearer ${key}` },
  onUploadUrlAvailable: () => tell({ url: upload.url }),
  onProgress: (sent) => tell({ sent }),
  onShouldRetry: (error) => {
    tell({ retry: error.originalResponse?.getStatus() ?? 0 });
    return true;
  },
  onError: (error) => {
    tell({ error: String(error) });
    process.exitCode = 1;
  },
  onSuccess: ({ lastResponse }) => {
    const headers = WANTED.map((name) => [name, lastResponse.getHeader(name)]);
    tell({ url: upload.url, headers: Object.fromEntries(headers) });
  },
  ...options,
});
upload.start();

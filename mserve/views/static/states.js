// What the states of jobs and tasks are called.

import { gettext } from "./words.js";

export const STATES = {
  awaiting: gettext("awaiting"),
  cancelled: gettext("cancelled"),
  done: gettext("done"),
  due: gettext("due"),
  failed: gettext("failed"),
  queued: gettext("queued"),
  running: gettext("running"),
  skipped: gettext("skipped"),
  waiting: gettext("waiting"),
};

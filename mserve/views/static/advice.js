// What a person can do about what the server has refused.

import { gettext } from "./words.js";

const ROOM = gettext("Make room, or ask for more, and try again.");
const ASK = gettext("Ask whoever gave you this address.");
const BY_TYPE = {
  quota: ROOM,
  "monthly-quota": gettext("It opens again next month; or ask for more."),
  "storage-full": ROOM,
  "service-closed": ASK,
  forbidden: ASK,
  refused: ASK,
  "lock-token-missing": gettext("Another program has it open; close it there and try again."),
  "name-taken": gettext("Give one of the two another name."),
  "not-found": gettext("The folder is gone, or your key has ended."),
};
const BY_STATUS = {
  0: gettext("Look whether the connection is up, and try again."),
  413: gettext("Files of this size are not taken here."),
  415: gettext("Files of this kind are not taken here."),
};

// The problem in the server's words, and what can be done.
export function advised({ message, status, type }) {
  const advice = BY_TYPE[type?.split(":").at(-1)] ?? BY_STATUS[status];
  return advice ? `${message}. ${advice}` : message;
}

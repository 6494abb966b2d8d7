// The states of a transfer, and which may follow which.

export const NEXT = {
  checking: ["waiting", "asking", "failed", "skipped"], // whether its name is taken
  asking: ["checking", "waiting", "skipped"], // what is to be done, as it is
  waiting: ["sending", "paused", "skipped"],
  sending: ["done", "waiting", "resting", "paused", "asking", "failed", "skipped"],
  resting: ["sending", "paused", "skipped"], // until another attempt
  paused: ["waiting", "skipped"],
  left: ["left", "waiting", "skipped"], // by a page that was closed; its file must be found first
  failed: ["checking", "skipped"],
  done: [],
  skipped: [],
};

export const OPEN = ["checking", "asking", "waiting", "sending", "resting", "paused"];

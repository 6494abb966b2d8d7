// Words for people, the same as html/words.py makes on the server.

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
const SPANS = [[86400, "day"], [3600, "hour"], [60, "minute"]]; // seconds
const LONG_AGO = 30 * 86400;
const moments = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "long" });
const days = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium" });
const relative = new Intl.RelativeTimeFormat("en");

export const exact = (moment) => moments.format(moment);

export function ago(moment, now = Date.now()) {
  const passed = (now - moment) / 1000;
  const whole = passed > 0 ? Math.floor : Math.round;
  if (Math.abs(passed) > LONG_AGO) return days.format(moment);
  for (const [length, unit] of SPANS) {
    if (Math.abs(passed) >= length) return relative.format(-whole(passed / length), unit);
  }
  return "just now";
}

export function size(bytes) {
  let unit = 0;
  while (bytes >= 999.5 && unit < UNITS.length - 1) {
    bytes /= 1024;
    unit += 1;
  }
  return `${bytes.toFixed(unit === 0 || bytes >= 9.95 ? 0 : 1)} ${UNITS[unit]}`;
}

export function duration(seconds) {
  if (seconds < 0.0995) return `${(seconds * 1000).toFixed(0)} ms`;
  if (seconds < 10) return `${seconds.toFixed(2)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.trunc(whole / 60)} min ${whole % 60} s`;
  return `${Math.trunc(whole / 3600)} h ${Math.trunc((whole % 3600) / 60)} min`;
}

const PREFIXES = ["", "k", "M", "G", "T", "P", "E"];

// A number in three digits or four, with a prefix of the SI.
export function short(amount) {
  let prefix = 0;
  while (Math.abs(amount) >= 999.95 && prefix < PREFIXES.length - 1) {
    amount /= 1000;
    prefix += 1;
  }
  return `${Number(amount.toPrecision(4))}${PREFIXES[prefix]}`;
}

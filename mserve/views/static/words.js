// Words for people, the same as html/words.py makes on the server, in the language of the page.

const language = document.documentElement.lang;
const catalog = language === "en" ? {} : await said();
const UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
const SPANS = [[86400, "day"], [3600, "hour"], [60, "minute"]]; // seconds
const LONG_AGO = 30 * 86400;
const region = language === "en" ? "en-GB" : language;
const moments = new Intl.DateTimeFormat(region, { dateStyle: "medium", timeStyle: "long" });
const days = new Intl.DateTimeFormat(region, { dateStyle: "medium" });
const relative = new Intl.RelativeTimeFormat(language);

async function said() {
  try {
    return await (await fetch(new URL(`${language}.json`, import.meta.url))).json();
  } catch {
    return {}; // English is better than no script
  }
}

// The text in the language of the page; `%(name)s` stands for a value.
export function gettext(text, values = {}) {
  return filled(catalog[text] || text, values);
}

// One or many of something, of which `%(num)s` is the number.
export function ngettext(one, many, num, values = {}) {
  const [single, several] = catalog[one] || [one, many];
  return filled(num === 1 ? single : several, { num, ...values });
}

function filled(text, values) {
  return text.replace(/%\((\w+)\)s/g, (_, name) => values[name]);
}

export const exact = (moment) => moments.format(moment);

export function ago(moment, now = Date.now()) {
  const passed = (now - moment) / 1000;
  const whole = passed > 0 ? Math.floor : Math.round;
  if (Math.abs(passed) > LONG_AGO) return days.format(moment);
  for (const [length, unit] of SPANS) {
    if (Math.abs(passed) >= length) return relative.format(-whole(passed / length), unit);
  }
  return gettext("just now");
}

const decimal = (number, digits) =>
  number.toLocaleString(language, { minimumFractionDigits: digits, maximumFractionDigits: digits });

export function size(bytes) {
  let unit = 0;
  while (bytes >= 999.5 && unit < UNITS.length - 1) {
    bytes /= 1024;
    unit += 1;
  }
  return `${decimal(bytes, unit === 0 || bytes >= 9.95 ? 0 : 1)} ${UNITS[unit]}`;
}

export function duration(seconds) {
  if (seconds < 0.0995) return `${(seconds * 1000).toFixed(0)} ms`;
  if (seconds < 10) return `${decimal(seconds, 2)} s`;
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

// A picture in its frame: fitted, as large as it is, or in between; moved by drag, fingers and keys.
// What is set is a rule of a style sheet, so that the page itself stays as the server has made it.

const STEP = 1.25;
const [LEAST, MOST] = [0.02, 16]; // pixels of the screen for one of the picture
const sheet = new CSSStyleSheet();
let scale = null; // null: fitted
let held = null; // what a mouse drags
let spread = 0; // between two fingers

const picture = (stage) => stage.querySelector("img.zoomed");
const fitted = (image) => image.clientWidth / image.naturalWidth;

function show(stage, wanted, at = null) {
  const image = picture(stage);
  if (!image?.naturalWidth) return;
  const frame = stage.getBoundingClientRect();
  const [x, y] = at ? [at.clientX - frame.left, at.clientY - frame.top] : [stage.clientWidth / 2, stage.clientHeight / 2];
  const [across, down] = [(stage.scrollLeft + x) / image.clientWidth, (stage.scrollTop + y) / image.clientHeight];
  scale = wanted === null ? null : Math.min(Math.max(wanted, LEAST), MOST);
  const [width, height] = [image.naturalWidth, image.naturalHeight].map((side) => Math.round(side * scale));
  const size = `width: ${width}px; height: ${height}px; max-width: none; max-height: none;`;
  const rules = `.viewer .stage { cursor: grab; } .viewer .stage img.zoomed { ${size} }`;
  sheet.replaceSync(scale === null ? "" : `${rules} .tools output::before { content: "${Math.round(scale * 100)} %"; }`);
  stage.scrollTo(across * image.clientWidth - x, down * image.clientHeight - y);
}

const ACTS = {
  fit: (stage) => show(stage, null),
  whole: (stage, at) => show(stage, 1, at),
  in: (stage, at) => show(stage, fitted(picture(stage)) * STEP, at),
  out: (stage, at) => show(stage, fitted(picture(stage)) / STEP, at),
};
const KEYS = { "+": "in", "=": "in", "-": "out", 0: "fit", 1: "whole" };

const stageOf = (event) => event.target.closest?.(".stage");

function onClick(event) {
  const button = event.target.closest?.("[data-zoom]");
  if (button) ACTS[button.dataset.zoom](button.closest(".viewer").querySelector(".stage"));
}

function onKey(event) {
  const stage = stageOf(event);
  const act = stage && !event.ctrlKey && !event.metaKey && !event.altKey && KEYS[event.key];
  if (!act) return;
  event.preventDefault();
  ACTS[act](stage);
}

// The wheel scrolls the page as ever, unless the picture has the focus, or fingers pinch a touchpad.
function onWheel(event) {
  const stage = stageOf(event);
  if (!stage || !(event.ctrlKey || document.activeElement === stage)) return;
  event.preventDefault();
  show(stage, fitted(picture(stage)) * Math.exp(-event.deltaY / (event.ctrlKey ? 100 : 500)), event);
}

const apart = ([one, other]) => Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY);

// Two fingers; one scrolls, as browsers have it.
function onTouch(event) {
  const stage = event.touches.length === 2 && stageOf(event);
  if (!stage) return (spread = 0);
  event.preventDefault();
  const [one, other] = event.touches;
  const middle = { clientX: (one.clientX + other.clientX) / 2, clientY: (one.clientY + other.clientY) / 2 };
  const now = apart([one, other]);
  if (spread) show(stage, (fitted(picture(stage)) * now) / spread, middle);
  spread = now;
}

function onDown(event) {
  const stage = stageOf(event);
  if (!stage || scale === null || event.button !== 0 || event.pointerType !== "mouse") return;
  event.preventDefault(); // no picture is dragged away
  stage.focus({ preventScroll: true });
  held = stage;
}

function onMove(event) {
  held?.scrollBy(-event.movementX, -event.movementY);
}

function onUp() {
  held = null;
}

function onDouble(event) {
  const stage = stageOf(event);
  if (stage) ACTS[scale === null ? "whole" : "fit"](stage, event);
}

// Another picture begins as it fits.
export function reset() {
  scale = null;
  sheet.replaceSync("");
}

document.adoptedStyleSheets.push(sheet);
document.addEventListener("click", onClick);
document.addEventListener("keydown", onKey);
document.addEventListener("wheel", onWheel, { passive: false });
document.addEventListener("pointerdown", onDown);
document.addEventListener("pointermove", onMove);
for (const name of ["pointerup", "pointercancel"]) document.addEventListener(name, onUp);
for (const name of ["touchstart", "touchmove"]) document.addEventListener(name, onTouch, { passive: false });
document.addEventListener("dblclick", onDouble);

// Two pictures, one over the other, with an edge between them that is moved; and the choice of two versions.

const sheet = new CSSStyleSheet();
const [over, split] = ["over", "split"].map((id) => document.getElementById(id));

function show() {
  split.hidden = !over.checked;
  const clip = `clip-path: inset(0 0 0 ${split.value}%);`;
  const rules = `#sides { display: grid; } #sides figure { grid-area: 1 / 1; } #sides .newer img { ${clip} } #sides figcaption { display: none; }`;
  sheet.replaceSync(over.checked ? rules : "");
}

if (over) {
  document.adoptedStyleSheets.push(sheet);
  over.addEventListener("change", show);
  split.addEventListener("input", show);
  show(); // a page that was come back to has its fields as they were
}

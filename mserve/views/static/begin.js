// Asks for the scripts of a page once the page has been read: dozens of requests before would keep it from
// being seen. The page is whole without them, and counts as loaded when they have run, in their order.

const IMPORTED = [
  "acts", "copy", "drag", "forms", "live", "notices", "preview", "rename", "rows", "seek", "select", "states",
  "target", "times", "usage", "watch", "words",
]; // by page.js, and by what it imports: asked for together

for (const name of IMPORTED) {
  const link = document.createElement("link");
  link.rel = "modulepreload";
  link.href = new URL(`${name}.js`, import.meta.url);
  document.head.append(link);
}
for (const { content } of document.querySelectorAll("meta[name=script]")) {
  const script = document.createElement("script");
  script.type = "module";
  script.async = false;
  script.src = content;
  document.head.append(script);
}

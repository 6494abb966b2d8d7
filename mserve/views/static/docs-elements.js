// Small builders of elements; all text is set as text, never as HTML.

export function el(name, attributes = {}, children = []) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes))
    if (value === true) element.setAttribute(key, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

export const code = (text) => el("code", {}, [text]);

// What Markdown the document uses: paragraphs, lists, `code`, **strong** and *stressed* words.
export function words(text) {
  return (text ?? "").split(/\n{2,}/).filter((part) => part.trim()).map((part) => {
    const lines = part.trim().split(/\n(?=- )/);
    if (!lines[0].startsWith("- ")) return el("p", {}, inline(part));
    return el("ul", {}, lines.map((line) => el("li", {}, inline(line.slice(2)))));
  });
}

export function inline(text) {
  return text.replace(/\s+/g, " ").split(/(`[^`]+`|\*\*[^*]+\*\*|\*[^*]+\*)/).filter(Boolean).map((part) => {
    if (part.startsWith("`")) return code(part.slice(1, -1));
    if (part.startsWith("**")) return el("strong", {}, [part.slice(2, -2)]);
    if (part.length > 2 && part.startsWith("*") && part.endsWith("*")) return el("em", {}, [part.slice(1, -1)]);
    return part;
  });
}

export function resolve(thing, api) {
  if (!thing?.$ref) return thing;
  return thing.$ref.slice(2).split("/").reduce((found, part) => found[part], api);
}

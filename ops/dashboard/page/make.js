// Elements, and how the page writes numbers.

export const at = (id) => document.getElementById(id);

/** An element; texts become text, never markup. */
export function make(tag, { className = "", ...properties } = {}, ...children) {
  const element = document.createElement(tag);
  element.className = className;
  for (const [name, value] of Object.entries(properties))
    if (name in element) element[name] = value;
    else element.setAttribute(name, value);
  element.append(...children.filter((child) => child !== undefined));
  return element;
}

export const gb = (bytes) =>
  bytes > 0 && bytes < 1e8 ? `${Math.round(bytes / 1e6)} MB` : `${Math.round(bytes / 1e8) / 10} GB`;
export const points = (score) => `${Math.round(score * 10) / 10}`;

export const share = (part, whole) => `${Math.min(100, (100 * part) / whole)}%`;
export const parts = (byName) =>
  Object.entries(byName)
    .filter(([, value]) => value > 0)
    .map(([name, value]) => `${name} ${points(value)}`)
    .join(" + ");

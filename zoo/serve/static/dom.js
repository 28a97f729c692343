// Makes elements. Texts of models and users only ever become text nodes, never markup.

const SVG = "http://www.w3.org/2000/svg";

/** Make an element: el("p", {class: "note", onclick: f}, "text", other). */
export function el(tag, properties = {}, ...children) {
  return fill(document.createElement(tag), properties, children);
}

/** Make an element of SVG. */
export function svg(tag, properties = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), properties, children);
}

function fill(node, properties, children) {
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name.startsWith("--")) node.style.setProperty(name, value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

/** Replace what an element holds. */
export function show(node, ...children) {
  node.replaceChildren(...children);
}

const UNSEEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g;

/** A text with signs for characters that do not show, or that change the direction of their neighbours. */
export function visible(text) {
  return text.replace(UNSEEN, (letter) => {
    const code = letter.codePointAt(0);
    if (code < 0x20) return String.fromCodePoint(0x2400 + code);
    return `\u27e8${code.toString(16).toUpperCase().padStart(4, "0")}\u27e9`;
  });
}

/** The same for one token: a space and a line end show, too. */
export function visibleToken(text) {
  if (text === "") return "\u220e";
  return visible(text).replace(/\n/g, "\u21b5").replace(/\t/g, "\u21e5").replace(/ /g, "\u2423");
}

/** A share as a percentage. */
export function percent(share) {
  if (share === null || share === undefined) return "";
  return share >= 0.0995 ? `${Math.round(share * 100)}%` : `${(share * 100).toFixed(1)}%`;
}

/** A labelled number, such as a length. */
export function numberField(title, value, limits = {}) {
  const input = el("input", { type: "number", value, ...limits });
  return { input, label: el("label", {}, el("span", {}, title), input) };
}

/** A labelled text area that sends its form with Ctrl+Enter. */
export function textField(title, value, placeholder) {
  const input = el("textarea", { placeholder, dir: "auto", spellcheck: "false" });
  input.value = value;
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) input.form.requestSubmit();
  });
  return { input, label: el("label", {}, el("span", {}, title), input) };
}

/** A place to choose files in, or to drop them on. */
export function fileField(title, accept, multiple, take) {
  const input = el("input", { type: "file", accept, multiple });
  const area = el("div", { class: "drop" }, el("label", {}, el("span", {}, title), input));
  input.addEventListener("change", () => input.files.length && take([...input.files]));
  area.addEventListener("dragover", (event) => {
    event.preventDefault();
    area.classList.add("over");
  });
  area.addEventListener("dragleave", () => area.classList.remove("over"));
  area.addEventListener("drop", (event) => {
    event.preventDefault();
    area.classList.remove("over");
    if (event.dataTransfer.files.length) take([...event.dataTransfer.files]);
  });
  return area;
}

/** The base64 of a file. */
export function base64(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result.slice(reader.result.indexOf(",") + 1));
    reader.onerror = () => reject(new Error("the file cannot be read"));
    reader.readAsDataURL(file);
  });
}

/** Say something below the page; screen readers read it out. */
export function say(text, bad = false) {
  const status = document.getElementById("status");
  status.textContent = visible(text);
  status.classList.toggle("bad", bad);
}

/** Run what a button starts; while it runs the button waits, and an error is said. */
export async function busy(button, run) {
  button.disabled = true;
  say("Working\u2026");
  try {
    const outcome = await run();
    say(outcome ?? "Done.");
  } catch (error) {
    say(error.name === "AbortError" ? "Stopped." : error.message, error.name !== "AbortError");
  } finally {
    button.disabled = false;
  }
}

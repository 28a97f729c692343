// The description of the interface, as openapi.json has it, with a form to try each address.

import { busy, el, say, show, textField } from "./dom.js";

async function start() {
  const described = await (await fetch("openapi.json")).json();
  const sections = Object.entries(described.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => section(described, path, method, operation)),
  );
  show(document.getElementById("main"), ...sections);
}

function section(described, path, method, operation) {
  const content = operation.requestBody?.content["application/json"];
  const parts = [el("p", {}, operation.summary)];
  if (content) parts.push(fields(described, content.schema));
  parts.push(attempt(path, method, operation, content?.example));
  const summary = el("summary", {}, el("code", {}, el("span", { class: "method" }, method.toUpperCase()), ` ${path}`));
  return el("details", { class: "panel" }, summary, ...parts);
}

function fields(described, schema) {
  const rows = Object.entries(schema.properties).flatMap(([name, field]) => {
    if (!field.$ref) return [row(name, field)];
    const inner = described.components.schemas[field.$ref.split("/").at(-1)];
    return Object.entries(inner.properties).map(([key, value]) => row(`${name}.${key}`, value));
  });
  return el("div", { class: "scroll" }, el("table", {}, el("tbody", {}, ...rows)));
}

function row(name, field) {
  const limits = [field.minimum, field.maximum].some((limit) => limit !== undefined)
    ? ` (${field.minimum ?? ""} to ${field.maximum ?? ""})`
    : "";
  const kind = (field.type ?? (field.enum ? "one of " + field.enum.join(", ") : "")) + limits;
  return el("tr", {}, el("th", { scope: "row" }, el("code", {}, name)), el("td", {}, kind), el("td", {}, field.description ?? ""));
}

function attempt(path, method, operation, example) {
  const names = operation.parameters[0]?.schema.enum ?? [];
  const model = el("select", {}, ...names.map((name) => el("option", {}, name)));
  const body = textField("Body", example ? JSON.stringify(example, null, 1) : "", "JSON");
  const button = el("button", { type: "submit", class: "main" }, "Send");
  const answer = el("pre", { hidden: true, tabindex: 0 });
  const form = el("form", {});
  if (names.length) form.append(el("label", {}, el("span", {}, "Model"), model));
  if (example) form.append(body.label);
  form.append(el("div", { class: "row" }, button), answer);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    busy(button, async () => {
      const address = path.replace("{name}", encodeURIComponent(model.value)).slice(1);
      const options = example ? { method: "POST", headers: { "Content-Type": "application/json" }, body: body.input.value } : {};
      const response = await fetch(address, options);
      answer.hidden = false;
      answer.textContent = `${response.status}\n${await response.text()}`;
      return `Status ${response.status}.`;
    });
  });
  return form;
}

start().catch((error) => say(error.message, true));

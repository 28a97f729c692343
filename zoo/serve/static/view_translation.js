// A text becomes another, with lines from each word to where the model looked when it wrote the word.

import { busy, el, numberField, percent, show, svg, textField, visible } from "./dom.js";

const LEAST = 0.05; // weights below are not drawn

export function translation(backend, card) {
  const source = textField("Text", card.task === "translation" ? "The teacher did not find her green umbrella last Sunday." : "", "One sentence");
  const beam = numberField("Beam", card.search.beam, { min: 1, max: 32 });
  const button = el("button", { class: "main", type: "submit" }, "Translate");
  const form = el("form", {}, source.label, el("div", { class: "row" }, beam.label, button));
  const outcome = el("div", { class: "panel", hidden: true });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    busy(button, translate);
  });

  async function translate() {
    const width = Number(beam.input.value);
    const search = { strategy: "beam", beam: width, n_best: Math.min(3, width) };
    const [answer] = await backend.predict(card.name, [source.input.value], { search, alignment: card.attends });
    outcome.hidden = false;
    show(
      outcome,
      el("p", { class: "answer", dir: "auto" }, visible(answer.answer) || "\u2205"),
      answer.unknown ? el("p", { class: "note" }, `Unknown to the model: ${visible(answer.unknown.join(", "))}`) : "",
      answer.alignment ? alignment(answer.alignment) : "",
      others(answer),
    );
    return `Translation: ${answer.answer}`;
  }

  return el("div", { class: "view" }, form, outcome);
}

function others(answer) {
  const rows = [[answer.answer, answer.score], ...(answer.alternatives ?? [])];
  const body = rows.map(([text, score]) =>
    el("tr", {}, el("td", { dir: "auto" }, visible(text)), el("td", { class: "number" }, score === null ? "" : score.toFixed(3))),
  );
  const head = el("tr", {}, el("th", { scope: "col" }, "Translation"), el("th", { scope: "col", class: "number" }, "Score"));
  return el("details", {}, el("summary", {}, "Other translations"), el("table", {}, el("thead", {}, head), el("tbody", {}, ...body)));
}

/** Two columns of words, with lines between them; and the same as a table. */
export function alignment({ read, written, weights }) {
  const rows = Math.max(read.length, written.length);
  const paths = [];
  weights.forEach((row, target) =>
    row.forEach((weight, from) => {
      if (weight < LEAST) return;
      const [y0, y1] = [from + 0.5, target + 0.5];
      const path = svg("path", { d: `M0 ${y0} C50 ${y0} 50 ${y1} 100 ${y1}`, "stroke-opacity": weight.toFixed(2) });
      paths.push({ path, from, target });
    }),
  );
  const drawing = svg("svg", { viewBox: `0 0 100 ${rows}`, preserveAspectRatio: "none", "aria-hidden": "true" });
  drawing.append(...paths.map((one) => one.path));
  const box = el("div", { class: "alignment" });
  const columns = { from: words(read), target: words(written) };

  function light(side, place) {
    box.classList.toggle("picking", place !== null);
    for (const one of paths) one.path.classList.toggle("lit", place !== null && one[side] === place);
    for (const [name, list] of Object.entries(columns)) {
      [...list.children].forEach((item, index) => {
        const linked = paths.some((one) => one[side] === place && one[name] === index);
        item.classList.toggle("lit", place !== null && linked);
      });
    }
  }

  for (const [side, list] of Object.entries(columns)) {
    [...list.children].forEach((item, place) => {
      item.addEventListener("mouseenter", () => light(side, place));
      item.addEventListener("mouseleave", () => light(side, null));
    });
  }
  const middle = el("div", { "--rows": rows }, drawing);
  middle.style.height = `calc(var(--step) * ${rows})`;
  box.append(columns.from, middle, columns.target);
  return el("div", {}, box, table(read, written, weights));
}

function words(list) {
  return el("ul", {}, ...list.map((word) => el("li", { title: visible(word) }, visible(word))));
}

function table(read, written, weights) {
  const rows = weights.map((row, target) => {
    const best = row.map((weight, from) => [weight, from]).sort((one, other) => other[0] - one[0]).slice(0, 3);
    const looked = best.filter(([weight]) => weight >= LEAST).map(([weight, from]) => `${visible(read[from])} ${percent(weight)}`);
    return el("tr", {}, el("th", { scope: "row" }, visible(written[target])), el("td", {}, looked.join(", ")));
  });
  const head = el("tr", {}, el("th", { scope: "col" }, "Word written"), el("th", { scope: "col" }, "Looked at"));
  return el("details", {}, el("summary", {}, "Alignment as a table"), el("table", {}, el("thead", {}, head), el("tbody", {}, ...rows)));
}

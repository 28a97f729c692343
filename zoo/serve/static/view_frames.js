// A table of numbers or a clip gets a label for every frame, drawn as a timeline.

import { base64, busy, el, fileField, percent, show, svg, visible } from "./dom.js";

const HUES = 10;
const POINTS = 600; // of a curve, at most

export function frames(backend, card) {
  const outcome = el("div", { class: "panel", hidden: true });
  const button = el("button", { type: "button", hidden: true });
  const vectors = card.input === "vectors";
  const title = vectors ? "Choose or drop a CSV file, a line for each frame" : "Choose or drop an animated image, or several images";
  const field = fileField(title, vectors ? ".csv,.tsv,text/csv" : "image/*", !vectors, (files) => busy(button, () => answer(files)));

  async function answer(files) {
    let input;
    if (vectors) input = { csv: await files[0].text() };
    else if (files.length === 1) input = { clip: await base64(files[0]) };
    else {
      const sorted = [...files].sort((one, other) => one.name.localeCompare(other.name, undefined, { numeric: true }));
      input = { images: await Promise.all(sorted.map(base64)) };
    }
    const [found] = await backend.predict(card.name, [input]);
    outcome.hidden = false;
    show(outcome, ...timeline(found, card.labels));
    return `${found.answer.length} frames in ${found.segments.length} segments.`;
  }

  const columns = card.columns.length ? `The model reads the columns ${card.columns.map(visible).join(", ")}.` : "";
  const note = vectors ? columns || `The model reads ${card.features} numbers a frame.` : "";
  return el("div", { class: "view" }, field, el("p", { class: "note" }, note), outcome);
}

/** Coloured segments, the probability of each label over time, and the segments as a table. */
function timeline(found, labels) {
  const count = found.answer.length;
  const hue = (label) => `hue-${Math.max(0, labels.indexOf(String(label))) % HUES}`;
  const strip = svg("svg", { class: "strip", viewBox: `0 0 ${count} 1`, preserveAspectRatio: "none", role: "img" });
  strip.setAttribute("aria-label", `Timeline of ${count} frames; the segments are in the table below`);
  for (const { label, start, end } of found.segments) {
    strip.append(svg("rect", { class: hue(label), x: start, y: 0, width: end - start, height: 1 }, svg("title", {}, visible(String(label)))));
  }
  const seen = [...new Set(found.segments.map((one) => String(one.label)))];
  const legend = el("p", {}, ...seen.flatMap((label) => [el("span", { class: `swatch ${hue(label)}` }), `${visible(label)}  `]));
  const lanes = el("div", { class: "lanes", "aria-hidden": "true" });
  for (const label of labels.slice(0, 20)) {
    lanes.append(el("span", { title: visible(label) }, visible(label)), lane(found.probabilities[label] ?? []));
  }
  const rows = found.segments.slice(0, 500).map(({ label, start, end }) => {
    const shares = (found.probabilities[label] ?? []).slice(start, end);
    const mean = shares.reduce((sum, share) => sum + share, 0) / Math.max(1, shares.length);
    return el(
      "tr",
      {},
      el("th", { scope: "row" }, el("span", { class: `swatch ${hue(label)}` }), visible(String(label))),
      el("td", { class: "number" }, `${start + 1}\u2013${end}`),
      el("td", { class: "number" }, percent(mean)),
    );
  });
  const names = ["Label", "Frames", "Mean probability"].map((name, place) => el("th", { scope: "col", class: place ? "number" : null }, name));
  const table = el("table", {}, el("thead", {}, el("tr", {}, ...names)), el("tbody", {}, ...rows));
  return [strip, legend, el("h3", {}, "Probability of each label"), lanes, el("h3", {}, "Segments"), table];
}

function lane(shares) {
  const step = Math.max(1, Math.ceil(shares.length / POINTS));
  const points = [];
  for (let place = 0; place < shares.length; place += step) {
    const part = shares.slice(place, place + step);
    points.push(`${place} ${1 - Math.max(...part)}`, `${Math.min(shares.length, place + step)} ${1 - Math.max(...part)}`);
  }
  const path = points.length ? `M0 1 L${points.join(" L")} L${shares.length} 1 Z` : "";
  const drawing = svg("svg", { class: "lane", viewBox: `0 0 ${Math.max(1, shares.length)} 1`, preserveAspectRatio: "none" });
  drawing.append(svg("path", { d: path }));
  return drawing;
}

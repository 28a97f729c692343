// A text or an image gets a label; of a text, each word shows what it did for the answer.

import { base64, busy, el, fileField, percent, show, textField, visible } from "./dom.js";

const TOGETHER = 16; // texts of one request
const MOST_WORDS = 200;

export function label(backend, card) {
  const outcome = el("div", { class: "panel", hidden: true });
  const button = el("button", { class: "main", type: "submit" }, "Classify");
  if (card.input === "image") {
    const field = fileField("Choose or drop an image", "image/*", false, ([file]) =>
      busy(button, async () => {
        const [answer] = await backend.predict(card.name, [{ image: await base64(file) }]);
        outcome.hidden = false;
        show(outcome, el("p", { class: "answer" }, visible(String(answer.answer))), shares(answer.probabilities));
        return `Answer: ${answer.answer}`;
      }),
    );
    return el("div", { class: "view" }, field, outcome);
  }
  const example = card.task === "sentiment" ? "I never thought I would like it, but I do." : "";
  const source = textField("Text", example, "The text to classify");
  const form = el("form", {}, source.label, el("div", { class: "row" }, button));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    busy(button, classify);
  });

  async function classify() {
    const text = source.input.value;
    const [answer] = await backend.predict(card.name, [text]);
    outcome.hidden = false;
    const words = el("p", { class: "words", dir: "auto" }, visible(text));
    const strongest = el("p", { class: "note" });
    show(
      outcome,
      el("p", { class: "answer" }, visible(String(answer.answer))),
      shares(answer.probabilities),
      answer.unknown ? el("p", { class: "note" }, `Unknown to the model: ${visible(answer.unknown.join(", "))}`) : "",
      el("h3", {}, "Which words counted"),
      words,
      strongest,
    );
    await explain(text, answer, words, strongest);
    return `Answer: ${answer.answer}`;
  }

  /** Leave out each word in turn; what this does to the answer's probability is the word's part in it. */
  async function explain(text, answer, words, strongest) {
    const parts = text.split(/(\s+)/u);
    const places = parts.flatMap((part, place) => (part.trim() ? [place] : [])).slice(0, MOST_WORDS);
    if (places.length < 2) return;
    const without = places.map((place) => parts.filter((_, other) => other !== place).join(""));
    const best = likeliest(answer.probabilities);
    const measure = (one) => (best === null ? one.answer : one.probabilities[best]);
    const effects = [];
    for (let start = 0; start < without.length; start += TOGETHER) {
      for (const other of await backend.predict(card.name, without.slice(start, start + TOGETHER))) {
        effects.push(measure(answer) - measure(other));
      }
    }
    const most = Math.max(...effects.map(Math.abs), 1e-6);
    const effectOf = new Map(places.map((place, index) => [place, effects[index]]));
    show(words, ...parts.map((part, place) => word(part, effectOf.get(place), most, best)));
    const ranked = places.map((place, index) => [parts[place], effects[index]]).sort((a, b) => Math.abs(b[1]) - Math.abs(a[1]));
    strongest.textContent =
      `Without it, ${best === null ? "the answer" : `the probability of ${visible(best)}`} changes most for: ` +
      ranked.slice(0, 5).map(([one, effect]) => `${visible(one)} ${signed(-effect, best)}`).join(", ");
  }

  return el("div", { class: "view" }, form, outcome);
}

function word(part, effect, most, best) {
  if (effect === undefined) return visible(part);
  const share = (0.6 * Math.abs(effect)) / most;
  const title = `without it: ${signed(-effect, best)}`;
  return el("span", { class: `word ${effect >= 0 ? "for" : "against"}`, title, "--share": share.toFixed(3) }, visible(part));
}

/** A change of a probability, in points, or of a number. */
function signed(effect, best) {
  const size = best === null ? Math.abs(effect).toPrecision(3) : `${(Math.abs(effect) * 100).toFixed(1)} points`;
  return `${effect >= 0 ? "+" : "\u2212"}${size}`;
}

/** The likeliest label; null where the answer is a number, which has no probabilities. */
function likeliest(probabilities) {
  if (!probabilities) return null;
  return Object.entries(probabilities).reduce((one, other) => (other[1] > one[1] ? other : one))[0];
}

/** The probability of each label. */
export function shares(probabilities) {
  if (!probabilities) return "";
  const rows = Object.entries(probabilities)
    .sort((one, other) => other[1] - one[1])
    .slice(0, 20)
    .map(([name, share]) =>
      el(
        "tr",
        {},
        el("th", { scope: "row" }, visible(name)),
        el("td", {}, el("meter", { value: share, "aria-label": `probability of ${visible(name)}` })),
        el("td", { class: "number" }, percent(share)),
      ),
    );
  return el("table", {}, el("tbody", {}, ...rows));
}

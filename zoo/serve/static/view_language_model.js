// A text grows; each token shows its probability, and what else could have come in its place.

import { busy, el, numberField, percent, say, show, textField, visible, visibleToken } from "./dom.js";

export function languageModel(backend, card) {
  const prime = textField("Beginning", card.task === "charlm" ? "def " : "", "The text to continue");
  const length = numberField("Length", Math.min(300, card.search.length), { min: 1, max: 4000 });
  const temperature = numberField("Temperature", card.search.temperature, { min: 0, max: 5, step: "any" });
  const seed = numberField("Seed", 0, { min: 0, max: 2147483647 });
  const write = el("button", { class: "main", type: "submit" }, "Write");
  const stop = el("button", { type: "button", disabled: true, onclick: () => abort.abort() }, "Stop");
  const text = el("div", { class: "grown", role: "listbox", "aria-label": "Generated text", "aria-orientation": "horizontal" });
  const choices = el("div", { class: "panel" });
  const hint = "Choose a token, with a click or the arrow keys, to see what else could have come there.";
  let tokens = [];
  let abort = new AbortController();

  text.addEventListener("keydown", move);
  show(choices, el("p", { class: "note" }, hint));
  const form = el("form", {}, prime.label, el("div", { class: "row" }, length.label, temperature.label, seed.label, write, stop));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    grow(prime.input.value, []);
  });

  /** Continue after some tokens, which stay as they are. */
  function grow(beginning, kept) {
    abort.abort();
    abort = new AbortController();
    tokens = [];
    show(text, el("span", { class: "token prime" }, visible(beginning)));
    show(choices, el("p", { class: "note" }, hint));
    kept.forEach(add);
    const given = {
      prime: beginning + kept.map((one) => one.token).join(""),
      seed: Number(seed.input.value),
      alternatives: 8,
      search: {
        strategy: "sample",
        temperature: Number(temperature.input.value),
        length: Math.max(1, Number(length.input.value) - kept.length),
        min_length: 0,
      },
    };
    stop.disabled = false;
    return busy(write, async () => {
      try {
        await backend.sample(card.name, given, add, abort.signal);
        return `Wrote ${tokens.length} tokens.`;
      } finally {
        stop.disabled = true;
      }
    });
  }

  function add(one) {
    const place = tokens.length;
    const shown = one.token === "\n" ? "\u21b5\n" : visible(one.token);
    const surprise = one.probability === null ? 0 : Math.min(0.65, (0.65 * -Math.log(one.probability)) / 7);
    const node = el(
      "span",
      { class: "token", role: "option", tabindex: place ? -1 : 0, "aria-selected": "false", "--share": surprise.toFixed(3) },
      shown,
    );
    node.setAttribute("aria-label", `${visibleToken(one.token)} ${percent(one.probability)}`);
    node.addEventListener("click", () => pick(place));
    tokens.push({ ...one, node });
    text.append(node);
  }

  function move(event) {
    const steps = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1, Home: -Infinity, End: Infinity };
    const place = tokens.findIndex((one) => one.node === document.activeElement);
    if (place < 0) return;
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      choices.querySelector("button")?.focus();
    } else if (event.key in steps) {
      event.preventDefault();
      pick(Math.min(tokens.length - 1, Math.max(0, place + steps[event.key])));
    }
  }

  /** Show what else could have come in place of a token. */
  function pick(place) {
    for (const other of tokens) {
      other.node.setAttribute("aria-selected", "false");
      other.node.tabIndex = -1;
    }
    const one = tokens[place];
    one.node.setAttribute("aria-selected", "true");
    one.node.tabIndex = 0;
    one.node.focus();
    const buttons = (one.alternatives ?? []).map((other) =>
      el(
        "li",
        {},
        el("button", { type: "button", onclick: () => instead(place, other) }, `${visibleToken(other.token)}  ${percent(other.probability)}`),
      ),
    );
    show(
      choices,
      el("h3", {}, `${visibleToken(one.token)} had ${percent(one.probability) || "an unknown probability"}; instead:`),
      buttons.length ? el("ul", { class: "choices" }, ...buttons) : el("p", { class: "note" }, "No alternatives are known."),
    );
  }

  /** Write on with another token in place of one. */
  function instead(place, other) {
    const kept = tokens.slice(0, place).map(({ node, ...one }) => one);
    const changed = { ...other, alternatives: [{ token: tokens[place].token, probability: tokens[place].probability }] };
    say(`Continuing with ${visibleToken(other.token)}.`);
    grow(prime.input.value, [...kept, changed]);
  }

  const explained = el("p", { class: "note" }, "The stronger the colour of a token, the less likely it was.");
  return el("div", { class: "view" }, form, el("div", { class: "panel" }, text, explained), choices);
}

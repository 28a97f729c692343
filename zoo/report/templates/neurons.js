// A text coloured by the activation of one unit, or by surprise; and passages in which the same units are active.
"use strict";
function neurons(place, data) {
  const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const value = Object.fromEntries([...ALPHABET].map((letter, index) => [letter, index / 31.5 - 1]));
  const activation = (unit, token) => value[data.activations[unit][token]];
  const find = (name) => place.querySelector(name);
  const text = find(".text"), hover = find(".hover"), found = find(".found");
  const layer = find("select.layer"), number = find("select.number");
  let unit = 0, surprise = false, chosen = null, from = null;

  // The text: a span a token, so that each has its colour.
  const spans = data.texts.map((token, index) => {
    const span = element("span", { text: visible(token) });
    span.dataset.index = index;
    return span;
  });
  text.append(...spans);

  const layers = [...new Set(data.units.map(([one]) => one))];
  layer.append(...layers.map((one) => element("option", { value: one, text: one + 1 })));
  function listUnits() {
    const own = data.units.map(([one, two], index) => [one, two, index]).filter(([one]) => one === Number(layer.value));
    number.replaceChildren(...own.map(([, two, index]) => element("option", { value: index, text: two })));
  }

  function paint() {
    const positive = theme.colour("--positive"), negative = theme.colour("--negative");
    spans.forEach((span, index) => {
      const strength = surprise ? Math.min(1, (data.surprise[index] || 0) / 10) : activation(unit, index);
      const colour = surprise || strength < 0 ? negative : positive;
      span.style.background = `rgba(${colour}, ${(0.85 * Math.abs(strength)).toFixed(2)})`;
    });
    find(".legend").hidden = surprise;
  }

  function choose(index) {
    unit = index;
    const [one] = data.units[unit];
    layer.value = one;
    listUnits();
    number.value = unit;
    setSurprise(false);
  }

  function setSurprise(now) {
    surprise = now;
    find(".surprise").setAttribute("aria-pressed", String(surprise));
    paint();
  }

  function describe(index) {
    const shown = (name) => visible(name).replace(/\n/g, "\u21b5").replace(/ /g, "\u2423").replace(/\t/g, "\u21e5") || "\u2205";
    const [one, two] = data.units[unit];
    const bits = data.surprise[index] == null ? "" : `, surprise ${data.surprise[index]} bits`;
    hover.replaceChildren(
      element("b", { text: shown(data.texts[index]) }),
      `  unit ${one + 1}\u00b7${two}: ${activation(unit, index).toFixed(2)}${bits}. Likeliest next: `,
      ...data.next[index].flatMap((token, rank) => [
        element("b", { text: shown(data.names[token]) }), ` ${(100 * data.chance[index][rank]).toFixed(0)} %  `]),
    );
  }

  text.addEventListener("pointerover", (event) => {
    const index = event.target.dataset.index;
    if (index != null) describe(Number(index));
  });
  document.addEventListener("selectionchange", () => {
    const selection = getSelection();
    if (selection.isCollapsed || !selection.anchorNode || !text.contains(selection.anchorNode) || !text.contains(selection.focusNode)) return;
    const ends = [selection.anchorNode, selection.focusNode].map((node) => {
      const span = (node.nodeType === Node.TEXT_NODE ? node.parentElement : node).closest("[data-index]");
      return span ? Number(span.dataset.index) : 0;
    });
    chosen = [Math.min(...ends), Math.max(...ends)];
    find(".find").hidden = false;
  });

  // As in LSTMVis (arXiv:1606.07461): the units that are active throughout the chosen passage and not around it, then
  // the passages that share the most of them.
  function alike() {
    if (!chosen) return;
    const [start, end] = chosen, length = end - start + 1;
    // Half of what the strongest unit does here, where that is little.
    const strongest = Math.max(...data.units.map((_, one) => Math.abs(activation(one, start))));
    const level = Math.min(0.3, strongest / 2);
    const beyond = `beyond \u00b1${level.toFixed(2)}`;
    const sign = (one, token) => (Math.abs(activation(one, token)) < level ? 0 : Math.sign(activation(one, token)));
    let active = [];
    data.units.forEach((_, one) => {
      const first = sign(one, start);
      if (!first) return;
      for (let token = start; token <= end; token += 1) if (sign(one, token) !== first) return;
      const outside = [start - 1, end + 1].filter((token) => token >= 0 && token < spans.length);
      active.push([one, first, outside.filter((token) => sign(one, token) !== first).length]);
    });
    const closed = active.filter(([, , ends]) => ends === 2), open = active.filter(([, , ends]) => ends >= 1);
    active = closed.length >= 3 ? closed : open.length >= 3 ? open : active;
    const scores = [];
    for (let first = 0; first + length <= spans.length; first += 1) {
      if (first <= end && first + length > start) continue;
      let same = 0;
      for (const [one, wanted] of active) {
        let all = true;
        for (let token = first; token < first + length && all; token += 1) all = sign(one, token) === wanted;
        same += all;
      }
      if (same) scores.push([same, first]);
    }
    scores.sort((one, other) => other[0] - one[0] || one[1] - other[1]);
    const best = [];
    for (const [same, first] of scores) {
      if (best.every(([, other]) => Math.abs(other - first) >= length)) best.push([same, first]);
      if (best.length === 8) break;
    }
    const names = active.slice(0, 12).map(([one]) => `${data.units[one][0] + 1}\u00b7${data.units[one][1]}`).join(", ");
    spans.forEach((span, index) => span.classList.toggle("chosen", index >= start && index <= end));
    found.replaceChildren(element("p", { class: "soft", text: active.length
      ? `${active.length} units are active throughout (${beyond}): ${names}${active.length > 12 ? ", \u2026" : ""}. ${best.length ? "Most of them are active here, too:" : "No other passage shares them."}`
      : `No unit is active (${beyond}) throughout this passage: choose a shorter one.` }),
      ...best.map(([same, first]) => {
        const slice = (one, two) => visible(data.texts.slice(Math.max(0, one), two).join(""));
        return element("button", { type: "button", onclick: () => {
          spans[first].scrollIntoView({ block: "center" });
          spans.forEach((span, index) => span.classList.toggle("chosen", index >= first && index < first + length));
        } }, element("span", { class: "soft", text: `${same} of ${active.length}  ` }), slice(first - 24, first),
        element("mark", { text: slice(first, first + length) }), slice(first + length, first + length + 24));
      }));
  }

  layer.addEventListener("change", () => { listUnits(); choose(Number(number.value)); });
  number.addEventListener("change", () => choose(Number(number.value)));
  find(".previous").addEventListener("click", () => choose((unit + data.units.length - 1) % data.units.length));
  find(".following").addEventListener("click", () => choose((unit + 1) % data.units.length));
  find(".surprise").addEventListener("click", () => setSurprise(!surprise));
  find(".find").addEventListener("click", alike);
  for (const button of place.querySelectorAll("button.unit")) {
    button.addEventListener("click", () => {
      const index = data.units.findIndex(([one, two]) => one === Number(button.dataset.layer) && two === Number(button.dataset.unit));
      if (index >= 0) choose(index);
    });
  }
  const first = place.querySelector("button.unit");
  listUnits();
  if (first) first.click();
  else choose(0);
  describe(0);
  theme.onChange(paint);
}

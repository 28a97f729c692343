// An image gets a text, and each word a picture of where the model looked.

import { base64, busy, el, fileField, percent, show, visible } from "./dom.js";

export function captioning(backend, card) {
  const again = el("button", { class: "main", type: "button", disabled: true, onclick: () => busy(again, describe) }, "Describe again");
  const outcome = el("div", { class: "panel", hidden: true });
  let file = null;
  const field = fileField("Choose or drop an image", "image/*", false, ([chosen]) => {
    file = chosen;
    busy(again, describe);
  });

  async function describe() {
    const [image, [answer]] = await Promise.all([
      createImageBitmap(file).catch(() => {
        throw new Error("This browser cannot read the image.");
      }),
      base64(file).then((data) => backend.predict(card.name, [{ image: data }], { alignment: card.attends })),
    ]);
    outcome.hidden = false;
    const seen = fitted(image, card.size);
    seen.className = "shown";
    seen.setAttribute("role", "img");
    seen.setAttribute("aria-label", `The image, as the model sees it: ${answer.answer}`);
    show(
      outcome,
      el("p", { class: "answer", dir: "auto" }, visible(answer.answer) || "\u2205"),
      seen,
      answer.alignment ? el("h3", {}, "Where each word looked") : "",
      answer.alignment ? looks(image, card.size, answer.alignment) : "",
    );
    return `Description: ${answer.answer}`;
  }

  return el("div", { class: "view" }, field, el("div", { class: "row" }, again), outcome);
}

/** A canvas with the image cut to the model's proportions. */
function fitted(image, [height, width]) {
  const canvas = el("canvas", { width: 256, height: Math.round((256 * height) / width) });
  const scale = Math.max(canvas.width / image.width, canvas.height / image.height);
  const [w, h] = [image.width * scale, image.height * scale];
  canvas.getContext("2d").drawImage(image, (canvas.width - w) / 2, (canvas.height - h) / 2, w, h);
  return canvas;
}

/** For each word the image, dark where the model did not look. */
function looks(image, size, { written, weights }) {
  const items = written.map((word, place) => {
    const grid = weights[place];
    const canvas = fitted(image, size);
    const paint = canvas.getContext("2d");
    const most = Math.max(...grid.flat(), 1e-9);
    const [rows, columns] = [grid.length, grid[0].length];
    grid.forEach((row, y) =>
      row.forEach((weight, x) => {
        paint.fillStyle = `rgb(0 0 0 / ${(0.85 * (1 - weight / most)).toFixed(3)})`;
        const [left, right] = [x, x + 1].map((edge) => Math.round((edge * canvas.width) / columns));
        const [top, bottom] = [y, y + 1].map((edge) => Math.round((edge * canvas.height) / rows));
        paint.fillRect(left, top, right - left, bottom - top);
      }),
    );
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", described(grid, most));
    return el("li", {}, el("figure", {}, canvas, el("figcaption", {}, visible(word))));
  });
  return el("ul", { class: "looks" }, ...items);
}

function described(grid, most) {
  const y = grid.findIndex((row) => row.includes(most));
  const x = grid[y]?.indexOf(most) ?? 0;
  const third = (place, count, names) => names[Math.min(2, Math.floor((3 * (place + 0.5)) / count))];
  const where = `${third(y, grid.length, ["top", "middle", "bottom"])} ${third(x, grid[0].length, ["left", "centre", "right"])}`;
  return `looked most at the ${where}, ${percent(most)}`;
}

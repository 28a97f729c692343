// Chooses a model, and the view for its topology.

import { el, say, show } from "./dom.js";
import { languageModel } from "./view_language_model.js";
import { translation } from "./view_translation.js";
import { captioning } from "./view_captioning.js";
import { label } from "./view_label.js";
import { frames } from "./view_frames.js";

const VIEWS = {
  "language model": languageModel,
  "many-to-many": translation,
  "one-to-many": captioning,
  "many-to-one": label,
  "one-to-one": label,
  synced: frames,
};

async function start() {
  const kind = document.querySelector("meta[name=zoo-backend]").content;
  const { makeBackend } = await import(`./backend_${kind}.js`);
  const backend = await makeBackend();
  const wanted = decodeURIComponent(location.hash.slice(1));
  const name = backend.models.includes(wanted) ? wanted : backend.models[0];
  show(document.getElementById("models"), ...backend.models.map((model) => link(model, model === name)));
  const card = await backend.card(name);
  document.title = `${name} \u2013 zoo`;
  const view = VIEWS[card.topology];
  const main = document.getElementById("main");
  if (!view) show(main, el("p", {}, `There is no page for the topology ${card.topology}.`));
  else show(main, el("h2", {}, name), view(backend, card));
  const footer = document.getElementById("footer");
  show(footer, `${card.task}, ${card.topology}, answered ${backend.place}. `);
  if (kind === "server") footer.append(el("a", { href: "docs" }, "API"));
}

function link(model, current) {
  return el("a", { href: `#${encodeURIComponent(model)}`, "aria-current": current ? "page" : null }, model);
}

function restart() {
  say("");
  start().catch((error) => say(error.message, true));
}

addEventListener("hashchange", restart);
restart();

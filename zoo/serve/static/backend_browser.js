// Answers in the browser alone: the graphs of bundles, computed by ONNX Runtime's WebAssembly.

import * as ort from "../ort/ort.wasm.min.mjs";
import { makeCodec, unknownIn } from "./browser_codecs.js";
import { beamSearch, writeTokens } from "./browser_search.js";

const END_MARK = "\u220e";

ort.env.wasm.numThreads = 1;
ort.env.wasm.wasmPaths = new URL("../ort/", import.meta.url).href;

/** What the views need, answered from the folder `models/`. */
export async function makeBackend() {
  const models = await json("models/models.json");
  const loaded = new Map();
  const model = (name) => {
    if (!loaded.has(name)) loaded.set(name, BrowserModel.load(`models/${name}/`, name));
    return loaded.get(name);
  };
  return {
    models,
    card: (name) => json(`models/${name}.json`),
    predict: async (name, inputs, options) => (await model(name)).predict(inputs, options),
    sample: async (name, given, take, signal) => (await model(name)).sample(given, take, signal),
    place: "in this browser",
  };
}

async function get(path) {
  const response = await fetch(path);
  if (!response.ok) throw new Error(`${path} is missing.`);
  return response;
}

async function json(path) {
  return (await get(path)).json();
}

/** A bundle, ready to answer texts. */
export class BrowserModel {
  static async load(folder, name) {
    const manifest = await json(`${folder}bundle.json`);
    const codecs = {};
    for (const role of Object.keys(manifest.codecs)) {
      const model = async () => new Uint8Array(await (await get(`${folder}codecs/${role}.model`)).arrayBuffer());
      codecs[role] = await makeCodec(await json(`${folder}codecs/${role}.json`), model);
    }
    const graphs = {};
    for (const [graph, entry] of Object.entries(manifest.graphs)) {
      const bytes = new Uint8Array(await (await get(folder + entry.file)).arrayBuffer());
      graphs[graph] = new Graph(await ort.InferenceSession.create(bytes, { executionProviders: ["wasm"] }), entry);
    }
    return new BrowserModel(name, manifest, codecs, graphs);
  }

  constructor(name, manifest, codecs, graphs) {
    Object.assign(this, { name, manifest, codecs, graphs });
    this.writes = manifest.topology !== "ManyToOne";
    this.reads = manifest.topology === "ManyToMany";
    const size = codecs.target.size;
    const unknown = codecs.target.unknownId ?? null;
    const unwritten = unknown === null ? [] : [unknown];
    // The tokens before and after every text follow those of the codec.
    [this.begin, this.end] = this.reads ? [size, size + 1] : [null, null];
    this.banned = this.reads ? [size, ...unwritten] : unwritten;
  }

  async predict(inputs, { search = {}, alignment = false } = {}) {
    const answers = [];
    for (const input of inputs) answers.push(await this.#answer(input, search, alignment));
    return answers;
  }

  async sample({ prime = "", input, seed = 0, alternatives = 0, search = {} }, take, signal) {
    const given = input ?? prime;
    const settings = this.#search(search);
    const { model, first } = await this.#writer(given, settings.prefix);
    const stream = this.codecs.target.stream();
    if (settings.prefix) take({ token: stream.push(this.codecs.target.encode(settings.prefix)), probability: null });
    const last = [];
    for await (const { token, scores } of writeTokens(model, first, settings, seed, this)) {
      if (signal?.aborted) throw new DOMException("stopped", "AbortError");
      const others = this.#alternatives(scores, token, last, alternatives);
      const text = token === this.end ? stream.flush() : stream.push([token]);
      take({ token: text, probability: Math.exp(scores[token]), alternatives: others });
      if (token === this.end) return "end";
      last.push(token);
      if (last.length % 8 === 0) await new Promise((resolve) => setTimeout(resolve)); // let the page draw
    }
    const rest = stream.flush();
    if (rest) take({ token: rest, probability: null });
    return "length";
  }

  async #answer(input, search, alignment) {
    if (!this.writes) return this.#classify(input);
    const settings = this.#search(search);
    const { model, first, sources } = await this.#writer(input, settings.prefix);
    let found;
    if (settings.strategy === "beam") found = await beamSearch(model, first, settings, this);
    else {
      const [tokens, total] = [[], { log: 0 }];
      for await (const one of writeTokens(model, first, settings, 0, this)) {
        total.log += one.scores[one.token];
        if (one.token !== this.end) tokens.push(one.token);
      }
      found = [{ tokens, score: total.log, logProbability: total.log }];
    }
    const texts = found.map((one) => this.#text(one.tokens, settings.prefix));
    const answer = { answer: texts[0], score: found[0].score, log_probability: found[0].logProbability };
    if (texts.length > 1) answer.alternatives = texts.slice(1).map((text, place) => [text, found[place + 1].score]);
    const unknown = this.reads ? unknownIn(this.codecs.source, input) : [];
    if (unknown.length) answer.unknown = unknown;
    if (alignment) answer.alignment = await this.#align(input, texts[0], sources);
    return answer;
  }

  #search(given) {
    const settings = { ...this.manifest.settings.search, ...given };
    if (settings.banned.length || settings.bias.length || settings.forced.length) {
      throw new Error("Banned, forced and biased tokens need a server.");
    }
    return settings;
  }

  #text(tokens, prefix) {
    const stream = this.codecs.target.stream();
    const beginning = prefix ? stream.push(this.codecs.target.encode(prefix)) : "";
    return beginning + stream.push(tokens) + stream.flush();
  }

  /** The model as what steps, and the tokens to read first. */
  async #writer(input, prefix) {
    const prefixTokens = prefix ? this.codecs.target.encode(prefix) : [];
    if (!this.reads) {
      return { model: new Stepper(this.graphs), first: [...this.codecs.target.encode(input || "\n"), ...prefixTokens] };
    }
    const sources = this.#sources(input);
    const memory = await this.#encode(sources);
    return { model: new Stepper(this.graphs, memory), first: [this.begin, ...prefixTokens], sources };
  }

  #sources(input) {
    const sources = this.codecs.source.encode(input).slice(0, this.manifest.settings.batch.length);
    if (!sources.length) throw new Error("The text is empty.");
    return sources;
  }

  async #encode(sources) {
    const shape = [1, sources.length];
    const arrays = [ints(sources, shape), new ort.Tensor("bool", Uint8Array.from(sources, () => 1), shape)];
    const encode = this.graphs.encode;
    return (await encode.run(arrays.slice(0, encode.inputs.length))).flat(Infinity);
  }

  async #align(input, text, sources) {
    const stepper = new Stepper(this.graphs, await this.#encode(sources));
    let state = await stepper.start(1);
    const tokens = this.codecs.target.encode(text);
    const weights = [];
    for (const token of [this.begin, ...tokens]) {
      ({ state } = await stepper.step([token], state));
      weights.push(Array.from(state[this.manifest.alignment].data));
    }
    const read = this.codecs.source.tokens(input).slice(0, sources.length);
    return { written: [...this.codecs.target.tokens(text), END_MARK], read, weights };
  }

  async #classify(input) {
    const sources = this.#sources(input);
    const shape = [1, sources.length];
    const mask = new ort.Tensor("bool", Uint8Array.from(sources, () => 1), shape);
    const [logs, weights] = (await this.graphs.predict.run([ints(sources, shape), mask])).map((one) => Array.from(one.data));
    const labels = this.codecs.target.labels;
    const best = logs.indexOf(Math.max(...logs));
    const answer = { answer: labels[best], score: logs[best] };
    answer.probabilities = Object.fromEntries(labels.map((label, place) => [label, Math.exp(logs[place])]));
    if (weights.some(Boolean)) {
      answer.looked_at = this.codecs.source.tokens(input).slice(0, weights.length).map((word, place) => [word, weights[place]]);
    }
    const unknown = unknownIn(this.codecs.source, input);
    if (unknown.length) answer.unknown = unknown;
    return answer;
  }

  #alternatives(scores, token, last, count) {
    if (!count) return [];
    const order = [...scores.keys()].filter((other) => other !== token && scores[other] > -Infinity);
    order.sort((one, other) => scores[other] - scores[one]);
    const before = this.#text(last.slice(-8), "");
    return order.slice(0, count).map((other) => {
      const text = other === this.end ? "" : this.#text([...last.slice(-8), other], "").slice(before.length);
      return { token: text, probability: Math.exp(scores[other]) };
    });
  }
}

function ints(values, shape) {
  return new ort.Tensor("int32", Int32Array.from(values), shape);
}

/** A graph as a function of tensors, its outputs nested as the manifest says. */
class Graph {
  constructor(session, { inputs, outputs, choices }) {
    Object.assign(this, { session, inputs, outputs });
    // Some graphs can give the likeliest tokens in place of logits: none, here.
    this.fixed = choices ? { [choices.count]: new ort.Tensor("int64", BigInt64Array.of(0n), [1]) } : {};
  }
  async run(tensors) {
    const given = Object.fromEntries(this.inputs.map((name, place) => [name, tensors[place]]));
    const found = await this.session.run({ ...given, ...this.fixed });
    const nested = (part) => (typeof part === "string" ? found[part] : Object.values(part).map(nested));
    return nested(this.outputs);
  }
}

/** Steps with the graphs `start` and `step`. */
class Stepper {
  constructor({ start, step }, memory = null) {
    Object.assign(this, { startGraph: start, stepGraph: step, memory });
  }
  async start(rows) {
    if (this.memory && rows > 1) this.memory = this.memory.map((tensor) => take(tensor, Array(rows).fill(0)));
    const given = this.memory ?? [new ort.Tensor("int32", Int32Array.of(rows), [])];
    return (await this.startGraph.run(given)).flat(Infinity);
  }
  async step(tokens, state) {
    const outcome = await this.stepGraph.run([ints(tokens, [tokens.length]), ...(this.memory ?? []), ...state]);
    const [logits, after] = outcome;
    const size = logits.dims.at(-1);
    const rows = tokens.map((_, row) => logits.data.subarray(row * size, (row + 1) * size));
    return { logits: rows, state: [after].flat(Infinity) };
  }
  async reorder(state, parents) {
    return state.map((tensor) => take(tensor, parents));
  }
}

/** Rows of a tensor. */
function take(tensor, rows) {
  const size = tensor.data.length / tensor.dims[0];
  const data = new tensor.data.constructor(size * rows.length);
  rows.forEach((row, place) => data.set(tensor.data.subarray(row * size, (row + 1) * size), place * size));
  return new ort.Tensor(tensor.type, data, [rows.length, ...tensor.dims.slice(1)]);
}


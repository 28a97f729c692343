// Greedy search, sampling and beam search, as zoo/search does it: the same seed gives the same text.

const LEAST = -1e30; // the score of an impossible continuation

/** Logarithms of probabilities. */
export function logSoftmax(logits) {
  let most = -Infinity;
  for (const value of logits) if (value > most) most = value;
  let sum = 0;
  for (const value of logits) sum += Math.exp(value - most);
  const log = Math.log(sum);
  return Float32Array.from(logits, (value) => value - most - log);
}

/** Scramble 32 bits (lowbias32, as zoo/backend/hashing.py). */
function mix(bits) {
  bits = Math.imul(bits ^ (bits >>> 16), 0x7feb352d);
  bits = Math.imul(bits ^ (bits >>> 15), 0x846ca68b);
  return (bits ^ (bits >>> 16)) >>> 0;
}

/** Gumbel noise of a seed and a position. */
function gumbel(seed, position, size) {
  const row = mix((seed + 0x9e3779b9) >>> 0);
  const place = mix((row + mix(position)) >>> 0);
  return Float32Array.from({ length: size }, (_, token) => {
    const bits = mix((place + mix(token + 1)) >>> 0);
    const uniform = Math.fround(Math.fround((bits >>> 9) + 0.5) * 2 ** -23);
    return -Math.fround(Math.log(-Math.fround(Math.log(uniform))));
  });
}

function likeliest(scores) {
  let best = 0;
  for (let token = 1; token < scores.length; token++) if (scores[token] > scores[best]) best = token;
  return best;
}

/** Leave out what a truncation leaves out: the smallest set of largest keys whose weights come to an amount stays. */
function keepHeaviest(scores, keys, weights, amount) {
  const order = [...keys.keys()].filter((token) => keys[token] > -Infinity).sort((one, other) => keys[other] - keys[one]);
  let [sum, threshold] = [0, -Infinity];
  for (const token of order) {
    sum += weights[token];
    threshold = keys[token];
    if (sum >= amount) break;
  }
  return scores.map((score, token) => (keys[token] >= threshold ? score : -Infinity));
}

function truncate(scores, search) {
  if (search.top_k) scores = keepHeaviest(scores, scores, scores.map(() => 1), search.top_k);
  if (search.top_p && search.top_p < 1) scores = keepHeaviest(scores, scores, logSoftmax(scores).map(Math.exp), search.top_p);
  if (search.min_p) {
    const least = scores[likeliest(scores)] + Math.log(search.min_p);
    scores = scores.map((score) => (score >= least ? score : -Infinity));
  }
  if (search.typical && search.typical < 1) {
    const logs = logSoftmax(scores);
    const chances = logs.map(Math.exp);
    const entropy = -logs.reduce((sum, log, token) => sum + (log > -Infinity ? chances[token] * log : 0), 0);
    const closeness = logs.map((log) => (log > -Infinity ? -Math.abs(log + entropy) : -Infinity));
    scores = keepHeaviest(scores, closeness, chances, search.typical);
  }
  return scores;
}

/** Log-probabilities of the next token, with what is forbidden at -Infinity. */
function nextScores(logits, history, written, search, { end, banned }) {
  if (search.repetition_penalty !== 1) {
    logits = Float32Array.from(logits);
    for (const token of new Set(history)) {
      logits[token] = logits[token] > 0 ? logits[token] / search.repetition_penalty : logits[token] * search.repetition_penalty;
    }
  }
  const scores = logSoftmax(logits);
  for (const token of banned) scores[token] = -Infinity;
  if (search.no_repeat) {
    const before = search.no_repeat - 1;
    const last = history.slice(history.length - before);
    for (let start = 0; start + before < history.length; start++) {
      if (last.length === before && last.every((token, step) => history[start + step] === token)) {
        scores[history[start + before]] = -Infinity;
      }
    }
  }
  if (end !== null && written < search.min_length) scores[end] = -Infinity;
  return scores;
}

/**
 * Write one text, a token at a time: yields {token, scores}.
 *
 * @param model start() gives a state, step(tokens, state) the logits of each row and the new state.
 * @param prime tokens to read first, at least one.
 * @param rules {end, banned}: the token that ends a text or null, and tokens that are never written.
 */
export async function* writeTokens(model, prime, search, seed, rules) {
  let state = await model.start(1);
  const history = [...prime];
  for (const token of prime.slice(0, -1)) ({ state } = await model.step([token], state));
  for (let position = 0; position < search.length; position++) {
    const outcome = await model.step([history.at(-1)], state);
    state = outcome.state;
    const scores = nextScores(outcome.logits[0], history, position, search, rules);
    let token;
    if (search.strategy === "greedy" || !search.temperature) token = likeliest(scores);
    else {
      const kept = truncate(scores.map((score) => score / search.temperature), search);
      const noise = gumbel(seed, position, kept.length);
      token = likeliest(kept.map((score, place) => score + noise[place]));
    }
    history.push(token);
    yield { token, scores };
    if (token === rules.end) return;
  }
}

/** Find the likeliest texts with a beam: [{tokens, score, logProbability}], the best first. */
export async function beamSearch(model, prime, search, rules) {
  if (search.groups > 1 || search.coverage_penalty) throw new Error("Groups and a coverage penalty need a server.");
  const width = search.beam;
  let state = await model.start(width);
  for (const token of prime.slice(0, -1)) ({ state } = await model.step(Array(width).fill(token), state));
  let beam = Array.from({ length: width }, (_, place) => ({
    tokens: [],
    total: place ? -Infinity : 0,
    ended: search.length <= 0,
  }));
  const penalty = (length) => (search.length_penalty ? ((5 + length) / 6) ** search.length_penalty : 1);
  const scoreOf = (one) => one.total / penalty(one.tokens.length);
  while (!finished(beam, search, scoreOf, penalty)) {
    const last = beam.map((one) => one.tokens.at(-1) ?? prime.at(-1));
    const outcome = await model.step(last.map((token, place) => (beam[place].ended ? 0 : token)), state);
    const candidates = [];
    beam.forEach((one, parent) => {
      if (one.ended) {
        candidates.push({ key: Infinity, parent, token: 0, gained: 0 });
        return;
      }
      const history = [...prime, ...one.tokens];
      const scores = nextScores(outcome.logits[parent], history, one.tokens.length, search, rules);
      if (one.total > -Infinity && scores.every((score) => score === -Infinity)) one.ended = true;
      if (one.ended) candidates.push({ key: Infinity, parent, token: 0, gained: 0 });
      else candidates.push(...largest(scores, width, one.total, parent));
    });
    candidates.sort((one, other) => other.key - one.key || one.parent - other.parent || one.token - other.token);
    const chosen = candidates.slice(0, width);
    state = await model.reorder(outcome.state, chosen.map((one) => one.parent));
    beam = chosen.map(({ parent, token, gained }) => {
      const one = beam[parent];
      if (one.ended) return one;
      const total = one.total + gained;
      const tokens = [...one.tokens, token];
      return { tokens, total, ended: tokens.length >= search.length || (token === rules.end && total > -Infinity) };
    });
  }
  const complete = beam.filter((one) => one.ended && one.total > -Infinity);
  complete.sort((one, other) => scoreOf(other) - scoreOf(one));
  const found = new Map();
  for (const one of complete) {
    const tokens = one.tokens.at(-1) === rules.end ? one.tokens.slice(0, -1) : one.tokens;
    const key = one.tokens.join(" ");
    if (!found.has(key)) found.set(key, { tokens, score: scoreOf(one), logProbability: one.total });
  }
  return [...found.values()].slice(0, search.n_best);
}

function largest(scores, count, total, parent) {
  const found = [];
  scores.forEach((gained, token) => {
    const key = Math.max(total + gained, LEAST);
    if (found.length === count && key <= found.at(-1).key) return;
    let place = found.length;
    while (place && found[place - 1].key < key) place--;
    found.splice(place, 0, { key, parent, token, gained });
    if (found.length > count) found.pop();
  });
  return found;
}

function finished(beam, search, scoreOf, penalty) {
  if (beam.every((one) => one.ended || one.total === -Infinity)) return true;
  const answers = beam.filter((one) => one.ended).map(scoreOf).sort((one, other) => other - one);
  if (answers.length < search.n_best) return false;
  const bound = Math.max(...beam.map((one) => (one.ended ? -Infinity : one.total / penalty(search.length))));
  return answers[search.n_best - 1] >= bound;
}

// Texts and labels to ids and back, as zoo/codecs does it, for pages that answer without a server.

const REPLACEMENT = "\ufffd";
const JOINT = "\u2060"; // no space between a bracket or quote and the word after it
const encoder = new TextEncoder();

/** Make the codec that a bundle's JSON file describes; model() loads the bytes of a sentencepiece model. */
export async function makeCodec({ codec, content }, model) {
  if (codec === "character") return new CharacterCodec(content);
  if (codec === "byte") return new ByteCodec(content);
  if (codec === "word") return new WordCodec(content);
  if (codec === "piece") return new PieceCodec(content, await model());
  if (codec === "label") return new LabelCodec(content);
  throw new Error(`A page without a server cannot read what a ${codec} codec reads; use zoo serve.`);
}

// Python's white space, and what has no width.
const SPACE = "\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
const WHITE = new RegExp(`[${SPACE}\\u200b\\u2060\\ufeff]+`, "gu");

function normalize(text, { white_space: white, nfc } = {}) {
  if (nfc) text = text.normalize("NFC");
  return white ? text.replace(WHITE, " ").replace(/^ +| +$/g, "") : text;
}

class CharacterCodec {
  constructor({ characters, normalization }) {
    this.unknownId = 0;
    this.letters = [REPLACEMENT, ...characters];
    this.ids = new Map(this.letters.slice(1).map((letter, place) => [letter, place + 1]));
    this.normalization = normalization;
  }
  get size() {
    return this.letters.length;
  }
  encode(text) {
    return this.encodeToken(normalize(text, this.normalization));
  }
  encodeToken(text) {
    return [...text].map((letter) => this.ids.get(letter) ?? 0);
  }
  tokens(text) {
    return [...normalize(text, this.normalization)];
  }
  surface(text) {
    return this.tokens(text);
  }
  stream() {
    return { push: (ids) => ids.map((id) => this.letters[id]).join(""), flush: () => "" };
  }
}

/** Holds back the bytes of an unfinished character. */
function byteStream(bytesOf) {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  return {
    push: (ids) => decoder.decode(Uint8Array.from(ids.flatMap(bytesOf)), { stream: true }),
    flush: () => decoder.decode(),
  };
}

class ByteCodec {
  constructor({ normalization }) {
    this.unknownId = null;
    this.size = 256;
    this.normalization = normalization;
  }
  encode(text) {
    return this.encodeToken(normalize(text, this.normalization));
  }
  encodeToken(text) {
    return [...encoder.encode(text)];
  }
  tokens(text) {
    return this.encode(text).map((byte) => byteText([byte]));
  }
  surface(text) {
    return this.tokens(text);
  }
  stream() {
    return byteStream((id) => [id]);
  }
}

function byteText(bytes) {
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(Uint8Array.from(bytes));
  return stripSpace(text) || text;
}

function stripSpace(text) {
  return text.replace(new RegExp(`^[${SPACE}]+|[${SPACE}]+$`, "gu"), "");
}

const WORD = "[\\p{L}\\p{N}_]";
const VOWELS = "aeiouyh\u0153\u00e6\u00e0\u00e2\u00e4\u00e9\u00e8\u00ea\u00eb\u00ee\u00ef\u00f4\u00f6\u00f9\u00fb\u00fc";
const TOKEN = new RegExp(
  ` ?${WORD}+['\u2019](?=[${VOWELS}${VOWELS.toUpperCase()}])| ?${WORD}+|(?<=${WORD})['\u2019-]${WORD}+` +
    `| ?[^\\p{L}\\p{N}_${SPACE}]|[${SPACE}]`,
  "gu",
);
const BEGINS_WITH_WORD = new RegExp(`^${WORD}`, "u");
const OPENS = /^(?:["'`\u00bf\u00a1]|\p{Ps}|\p{Pi}|\p{Pf})$/u;

class WordCodec {
  constructor({ words, lowercase, joins, normalization }) {
    this.unknownId = 0;
    this.words = [` ${REPLACEMENT}`, ...words];
    this.ids = new Map(words.map((word, place) => [word, place + 1]));
    Object.assign(this, { lowercase: Boolean(lowercase), joins: Boolean(joins), normalization });
  }
  get size() {
    return this.words.length;
  }
  encode(text) {
    return this.#texts(text).flatMap((part) => this.#tokens(part).map((token) => this.#id(token)));
  }
  encodeToken(text) {
    return this.encode(text);
  }
  tokens(text) {
    return this.#texts(text).flatMap((part) => this.#tokens(part).map(bare));
  }
  surface(text) {
    const tokens = this.tokens(text);
    const cased = this.#texts(text).flatMap((part) => this.#cut(part).map(bare));
    return cased.length === tokens.length ? cased : tokens;
  }
  stream() {
    let joined = true; // whether the next token needs no space before it
    const push = (ids) => {
      let text = ids.map((id) => this.words[id]).join("");
      if (!text) return "";
      if (joined && text.startsWith(" ")) text = text.slice(1);
      joined = text.endsWith(JOINT);
      return text.replaceAll(`${JOINT} `, "").replaceAll(JOINT, "");
    };
    return { push, flush: () => "" };
  }
  #texts(text) {
    const normal = normalize(text, this.normalization);
    return normal ? [` ${normal}`] : [];
  }
  #tokens(text) {
    return this.#cut(this.lowercase ? text.toLowerCase() : text);
  }
  #cut(text) {
    const tokens = text.match(TOKEN) ?? [];
    if (!this.joins) return tokens;
    for (let place = 0; place + 1 < tokens.length; place++) {
      if (OPENS.test(stripSpace(tokens[place])) && BEGINS_WITH_WORD.test(tokens[place + 1])) {
        tokens[place] += JOINT;
        tokens[place + 1] = ` ${tokens[place + 1]}`;
      }
    }
    return tokens;
  }
  #id(token) {
    const index = this.ids.get(token);
    if (index !== undefined || !this.joins) return index ?? 0;
    const word = token.replace(/^[ \u2060]+|[ \u2060]+$/g, "");
    for (const other of [` ${word}`, word, ` ${word}${JOINT}`]) {
      if (this.ids.has(other)) return this.ids.get(other);
    }
    return 0;
  }
}

function bare(token) {
  return stripSpace(token.replace(/^[ \u2060]+|[ \u2060]+$/g, "")) || token;
}

const PIECE_SPACE = "\u2581";
const [NORMAL, UNKNOWN, USER_DEFINED, BYTE] = [1, 2, 4, 6]; // types of pieces in a sentencepiece model

class PieceCodec {
  constructor({ sentences, normalization }, bytes) {
    this.unknownId = null;
    Object.assign(this, { sentences: Boolean(sentences), normalization });
    const { pieces, kind } = readModel(bytes);
    this.pieces = pieces;
    this.bpe = kind === 2;
    this.ids = new Map();
    this.longest = 1;
    let [least, most] = [Infinity, -Infinity];
    this.bytes = pieces.map(({ piece, score, type }, index) => {
      if (type === BYTE) return [parseInt(piece.slice(3, 5), 16)];
      if (type === UNKNOWN) return [...encoder.encode(REPLACEMENT)];
      this.ids.set(piece, index);
      this.longest = Math.max(this.longest, [...piece].length);
      if (type === NORMAL) [least, most] = [Math.min(least, score), Math.max(most, score)];
      return [...encoder.encode(piece.replaceAll(PIECE_SPACE, " "))];
    });
    this.firstByte = pieces.findIndex(({ piece, type }) => type === BYTE && piece === "<0x00>");
    this.unknownScore = Math.fround(least - 10);
    this.mostScore = most;
  }
  get size() {
    return this.pieces.length;
  }
  encode(text) {
    return this.encodeToken(normalize(text, this.normalization));
  }
  encodeToken(text) {
    const whole = this.sentences && text ? ` ${text}` : text;
    const ids = this.#cut(whole);
    if (this.#same(ids, whole)) return ids;
    return whole.split(/(?<=\n)/u).flatMap((line) => line.split(/(\u2581)/u).flatMap((part) => this.#exact(part)));
  }
  tokens(text) {
    return this.encode(text).map((id) => byteText(this.sentences && this.bytes[id][0] === 32 ? this.bytes[id].slice(1) : this.bytes[id]));
  }
  surface(text) {
    return this.tokens(text);
  }
  stream() {
    const inner = byteStream((id) => this.bytes[id]);
    let begun = !this.sentences;
    const first = (text) => {
      if (!text || begun) return text;
      begun = true;
      return text.startsWith(" ") ? text.slice(1) : text;
    };
    return { push: (ids) => first(inner.push(ids)), flush: () => first(inner.flush()) };
  }
  #exact(part) {
    const ids = this.#cut(part);
    return this.#same(ids, part) ? ids : [...encoder.encode(part)].map((byte) => this.firstByte + byte);
  }
  #same(ids, text) {
    const found = ids.flatMap((id) => this.bytes[id]);
    const wanted = encoder.encode(text);
    return found.length === wanted.length && found.every((byte, place) => byte === wanted[place]);
  }
  #cut(text) {
    const letters = [...text.replaceAll(" ", PIECE_SPACE)];
    return this.bpe ? this.#merge(letters) : this.#likeliest(letters);
  }
  #bytesOf(letter) {
    return [...encoder.encode(letter)].map((byte) => this.firstByte + byte);
  }

  /** The segmentation with the largest sum of scores (Viterbi), in 32-bit floats as sentencepiece has it. */
  #likeliest(letters) {
    const best = Array.from({ length: letters.length + 1 }, () => ({ score: 0, from: -1, id: -1 }));
    for (let start = 0; start < letters.length; start++) {
      const before = best[start].score;
      const reach = (end, id, score) => {
        const total = Math.fround(score + before);
        if (best[end].from === -1 || total > best[end].score) best[end] = { score: total, from: start, id };
      };
      let piece = "";
      let single = false;
      for (let end = start + 1; end <= Math.min(letters.length, start + this.longest); end++) {
        piece += letters[end - 1];
        const id = this.ids.get(piece);
        if (id === undefined) continue;
        const { score, type } = this.pieces[id];
        single ||= end === start + 1;
        reach(end, id, type === USER_DEFINED ? Math.fround(encoder.encode(piece).length * this.mostScore - 0.1) : score);
      }
      if (!single) reach(start + 1, -1, this.unknownScore);
    }
    const ids = [];
    for (let end = letters.length; end > 0; end = best[end].from) {
      const { from, id } = best[end];
      ids.push(...(id >= 0 ? [id] : this.#bytesOf(letters[from]).reverse()));
    }
    return ids.reverse();
  }

  /** Merge the neighbours whose piece has the largest score, the leftmost first, until there are none (BPE). */
  #merge(letters) {
    const frozen = (symbol) => this.pieces[this.ids.get(symbol)]?.type === USER_DEFINED;
    const symbols = letters.map((letter) => ({ text: letter, frozen: frozen(letter) }));
    for (;;) {
      let [place, score] = [-1, -Infinity];
      for (let left = 0; left + 1 < symbols.length; left++) {
        if (symbols[left].frozen || symbols[left + 1].frozen) continue;
        const id = this.ids.get(symbols[left].text + symbols[left + 1].text);
        if (id !== undefined && this.pieces[id].score > score) [place, score] = [left, this.pieces[id].score];
      }
      if (place < 0) break;
      symbols.splice(place, 2, { text: symbols[place].text + symbols[place + 1].text, frozen: false });
    }
    return symbols.flatMap(({ text }) => (this.ids.has(text) ? [this.ids.get(text)] : this.#bytesOf(text)));
  }
}

/** Pieces and kind (1 unigram, 2 BPE) of a sentencepiece model, which is a message of protocol buffers. */
function readModel(bytes) {
  const pieces = [];
  let kind = 1;
  for (const [number, value] of fields(bytes)) {
    if (number === 1) {
      const piece = { piece: "", score: 0, type: NORMAL };
      for (const [inner, part] of fields(value)) {
        if (inner === 1) piece.piece = new TextDecoder("utf-8", { ignoreBOM: true }).decode(part);
        else if (inner === 2) piece.score = new DataView(part.buffer, part.byteOffset, 4).getFloat32(0, true);
        else if (inner === 3) piece.type = part;
      }
      pieces.push(piece);
    } else if (number === 2) {
      for (const [inner, part] of fields(value)) if (inner === 3) kind = part;
    }
  }
  return { pieces, kind };
}

/** The fields of a message: number, and a whole number or the bytes. */
function* fields(bytes) {
  let place = 0;
  const varint = () => {
    let [value, factor] = [0, 1];
    for (;;) {
      const byte = bytes[place++];
      value += (byte & 127) * factor;
      if (byte < 128) return value;
      factor *= 128;
    }
  };
  while (place < bytes.length) {
    const key = varint();
    const [number, wire] = [Math.floor(key / 8), key % 8];
    if (wire === 0) yield [number, varint()];
    else {
      const size = wire === 2 ? varint() : wire === 1 ? 8 : 4;
      yield [number, bytes.subarray(place, place + size)];
      place += size;
    }
  }
}

class LabelCodec {
  constructor({ labels }) {
    this.labels = labels;
    this.size = labels.length;
  }
}

/** The words, or characters, of a text that a codec has not learned. */
export function unknownIn(codec, text) {
  if (codec.unknownId === null) return [];
  const ids = codec.encode(text);
  return [...new Set(codec.surface(text).filter((_, place) => ids[place] === codec.unknownId))];
}

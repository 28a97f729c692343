// Answers by asking the server that the page came from.

/** What the views need of a server. */
export async function makeBackend() {
  const listed = await ask("v1/models");
  return { models: listed.data.map((model) => model.id), card, predict, sample, place: "on this server" };
}

async function card(name) {
  return (await ask(`v1/models/${encodeURIComponent(name)}`)).card;
}

async function predict(name, inputs, { search = {}, alignment = false } = {}) {
  const found = await ask(`v1/models/${encodeURIComponent(name)}/predict`, { inputs, search, alignment });
  return found.answers;
}

/** Generate a text; calls take({token, probability, alternatives}) for each token, and returns why it ended. */
async function sample(name, given, take, signal) {
  const response = await send(`v1/models/${encodeURIComponent(name)}/sample`, given, signal);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let held = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return "end";
    const blocks = (held + value).split("\n\n");
    held = blocks.pop();
    for (const block of blocks) {
      const [head, data] = block.split("\n");
      const content = JSON.parse(data.slice("data: ".length));
      if (head === "event: token") take(content);
      else if (head === "event: error") throw new Error(content.error);
      else return content.reason;
    }
  }
}

async function ask(path, content) {
  return (await send(path, content)).json();
}

async function send(path, content, signal) {
  const options = content
    ? { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(content), signal }
    : {};
  let response;
  try {
    response = await fetch(path, options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Error("The server does not answer.");
  }
  if (!response.ok) throw new Error((await response.json().catch(() => ({}))).error ?? `Status ${response.status}.`);
  return response;
}

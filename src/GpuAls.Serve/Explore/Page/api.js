// Requests to the server that this page comes from.

async function ask(path, options) {
  let response;
  try {
    response = await fetch(path, options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Error("gpuals does not answer. Is gpuals explore still running?");
  }
  const body = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(body.detail ?? `The server answered ${response.status}.`);
  return body;
}

const query = parameters => new URLSearchParams(parameters).toString();

export const model = () => ask("explore/model");
export const search = (text, signal) => ask(`explore/search?${query({ q: text })}`, { signal });
export const item = id => ask(`explore/item?${query({ item: id })}`);
export const history = user => ask(`explore/history?${query({ user })}`);
export const map = () => ask("explore/map");
export const recommend = (user, k) => ask(`recommend?${query({ user, k })}`);
export const similar = (item, k) => ask(`similar?${query({ item, k })}`);
export const similarUsers = (user, k) => ask(`similar?${query({ user, k })}`);
export const explain = (user, item) => ask(`explain?${query({ user, item, k: 8 })}`);
export const recommendFor = (plays, k, signal) => ask("recommend", {
  method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ plays, k }), signal,
});

/* A change as a link: what differs from the proven text, compressed, in the part of the address that is not sent. */

const MARK = "#change=";

const base64url = (bytes) =>
  btoa(String.fromCharCode(...bytes)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const fromBase64url = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));

const through = async (bytes, stream) =>
  new Uint8Array(await new Response(new Blob([bytes]).stream().pipeThrough(stream)).arrayBuffer());

const digest = async (text) =>
  base64url(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text))).subarray(0, 6));

const LONGEST = 1_000_000; // letters of a change; more is no change of a snippet

/* The address of this page with a change of a text: the lines in the middle that differ, and where they stand. */
export const link = async (proven, text) => {
  const was = proven.split("\n");
  const now = text.split("\n");
  let from = 0;
  while (from < was.length && from < now.length && was[from] === now[from]) from++;
  let to = 0;
  while (to < was.length - from && to < now.length - from && was.at(-1 - to) === now.at(-1 - to)) to++;
  const change = { of: await digest(proven), from, to, lines: now.slice(from, now.length - to) };
  const packed = await through(new TextEncoder().encode(JSON.stringify(change)), new CompressionStream("deflate-raw"));
  return `${location.href.split("#")[0]}${MARK}${base64url(packed)}`;
};

/* The text that a link leads to, or nothing when it is not one of this text. */
export const load = async (proven, hash) => {
  try {
    const bytes = await through(fromBase64url(hash.slice(MARK.length)), new DecompressionStream("deflate-raw"));
    if (bytes.length > LONGEST) return undefined;
    const { of, from, to, lines } = JSON.parse(new TextDecoder().decode(bytes));
    if (of !== (await digest(proven))) return undefined;
    const was = proven.split("\n");
    return [...was.slice(0, from), ...lines.map(String), ...was.slice(was.length - to)].join("\n");
  } catch {
    return undefined;
  }
};

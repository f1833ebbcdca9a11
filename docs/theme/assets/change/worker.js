/* Python in a worker: starts Pyodide with the checker, then passes each question on as text and sends the answer back.

   Everything is fetched from the site itself, and compared with the hashes of the manifest. When the page says so, which
   it does before anything of the reader's is there, the memory with the whole checker in it is kept in the browser's
   cache: the next start takes it from there. */

const NAME = "lambda-vpc-checker";
// Pyodide asks for its index of packages, of which none is needed here.
const index = (info) => JSON.stringify({ info, packages: {} });

const LIBRARY = "standard-library.bin";
const CODE = "/guide/code.xz";
const UNPACK = `
import io, lzma, os, sys, zipfile
zipfile.ZipFile(io.BytesIO(lzma.open("${CODE}").read())).extractall("/guide")
os.remove("${CODE}")
sys.path[:0] = ["/guide/docs/hooks", "/guide/packages"]
import browser
browser.begin()
`;
const WASM = { "content-type": "application/wasm" };

const hash = async (parts) => {
  const digest = await crypto.subtle.digest("SHA-256", await new Blob(parts).arrayBuffer());
  return `sha256-${btoa(String.fromCharCode(...new Uint8Array(digest)))}`;
};

const say = (message) => postMessage(message);

const start = async ({ root, manifest, fresh }) => {
  const total = Object.values(manifest.files).reduce((sum, file) => sum + file.bytes, 0);
  let loaded = 0;
  // Another version has another address: what a browser keeps is never an older one.
  const address = (name) => `${root}${name}?${encodeURIComponent(manifest.files[name].integrity)}`;

  /* A file as it comes in, counted; its end is held back until its hash is known to be right. */
  const load = async (name) => {
    const { integrity } = manifest.files[name];
    // Without HTTPS, scripts cannot compute it: then the browser does, and gives the file when it is whole.
    const answer = await fetch(address(name), crypto.subtle ? {} : { integrity });
    if (!answer.ok) throw new Error(`${name}: ${answer.status}`);
    const parts = [];
    const count = new TransformStream({
      transform(part, into) {
        parts.push(part);
        loaded += part.byteLength;
        if (!kept) say({ loaded, total });
        into.enqueue(part);
      },
      async flush() {
        if (crypto.subtle && (await hash(parts)) !== integrity) throw new Error(`${name}: not the file it should be`);
      },
    });
    return answer.body.pipeThrough(count);
  };
  const whole = async (name) => new Uint8Array(await new Response(await load(name)).arrayBuffer());
  // A module is taken from the browser's cache then.
  const checked = async (name) => {
    await new Response(await load(name)).arrayBuffer();
    return import(address(name));
  };

  const kept = fresh ? undefined : await memory(manifest.version, `${root}memory`);
  const library = Promise.all([checked("fzstd.js"), whole(LIBRARY)]).then(([{ decompress }, file]) => decompress(file));
  const code = kept ? undefined : whole("code.bin");
  const data = load("data.bin").then((body) => new Response(body.pipeThrough(new DecompressionStream("gzip"))).json());
  // Once loaded, the browser's own answer is taken as it is: with it comes what the browser compiled the last time.
  // What is not named as what it is, as by a server that does not know it, would not be compiled.
  const known = (answer) =>
    answer.headers.get("content-type") === WASM["content-type"] ? answer : new Response(answer.body, { headers: WASM });
  const wasm = kept
    ? fetch(address("pyodide.asm.wasm"), { integrity: manifest.files["pyodide.asm.wasm"].integrity }).then(known)
    : load("pyodide.asm.wasm").then((body) => new Response(body, { headers: WASM }));
  const [{ loadPyodide }, { default: createPyodideModule }] = await Promise.all(
    ["pyodide.js", "pyodide.asm.js"].map(checked),
  );

  globalThis.fetch = async (asked) => {
    const name = new URL(asked).href.slice(root.length);
    if (name === "pyodide.asm.wasm") return wasm;
    if (name === LIBRARY) return new Response(await library);
    throw new Error(`not part of the checker: ${name}`);
  };
  if (kept) growTo(kept.byteLength);

  const python = await loadPyodide({
    indexURL: root,
    createPyodideModule,
    packageBaseUrl: root,
    stdLibURL: root + LIBRARY,
    lockFileContents: index(manifest.pyodide),
    ...(kept ? { _loadSnapshot: kept } : { _makeSnapshot: true }),
  });
  for (const [name, text] of Object.entries(await data)) {
    python.FS.mkdirTree(`/guide/${name.slice(0, name.lastIndexOf("/"))}`);
    python.FS.writeFile(`/guide/${name}`, text);
  }
  if (!kept) {
    python.FS.writeFile(CODE, await code);
    python.runPython(UNPACK);
  }
  // From here on nothing is asked of any server.
  globalThis.fetch = undefined;
  globalThis.XMLHttpRequest = undefined;
  globalThis.WebSocket = undefined;
  onmessage = ({ data }) => {
    if (data.keep) {
      if (kept) return;
      python.runPython("browser.warm_up()");
      keep(manifest.version, `${root}memory`, python.makeMemorySnapshot());
    } else {
      // Nothing of JavaScript may stay in Python's memory.
      const ask = python.runPython("browser.ask");
      const answer = ask(data.question);
      ask.destroy();
      say({ id: data.id, answer: JSON.parse(answer) });
    }
  };
  say({ ready: true, kept: Boolean(kept) });
};

/* WebAssembly's memory begins smaller than the one that was kept. */
const growTo = (bytes) => {
  const { instantiateStreaming } = WebAssembly;
  WebAssembly.instantiateStreaming = async (source, imports) => {
    const made = await instantiateStreaming.call(WebAssembly, source, imports);
    const { memory } = made.instance.exports;
    const missing = bytes - (memory?.buffer.byteLength ?? bytes);
    if (missing > 0) memory.grow(Math.ceil(missing / 65536));
    return made;
  };
};

/* What an earlier visit kept of this version; nothing where the browser keeps nothing, as over plain HTTP. */
const memory = async (version, name) => {
  try {
    const found = await (await caches.open(`${NAME}-${version}`)).match(name);
    return await found?.arrayBuffer();
  } catch {
    return undefined;
  }
};

const keep = async (version, name, bytes) => {
  try {
    for (const older of await caches.keys()) if (older.startsWith(NAME)) await caches.delete(older);
    await (await caches.open(`${NAME}-${version}`)).put(name, new Response(bytes));
  } catch {
    // The next start takes as long as this one.
  }
};

onmessage = ({ data }) => start(data).catch((error) => say({ failed: String(error), kept: !data.fresh }));

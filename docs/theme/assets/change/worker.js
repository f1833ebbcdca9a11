/* Python in a worker: starts Pyodide with the checker, then passes each question on as text and sends the answer back.

   Everything is fetched from the site itself, and compared with the hashes of the manifest. After the first start
   the memory with the checker in it, before anything of the reader's was there, is kept in the browser's cache: the
   next start takes it from there. */

const NAME = "lambda-vpc-checker";
// Pyodide asks for its index of packages, of which none is needed here.
const index = (info) => JSON.stringify({ info, packages: {} });

const say = (message) => postMessage(message);

const start = async ({ root, manifest, fresh }) => {
  const address = (name) => new URL(name, root).href;
  const total = Object.values(manifest.files).reduce((sum, file) => sum + file.bytes, 0);
  let loaded = 0;

  const load = async (name) => {
    const { integrity } = manifest.files[name];
    let answer;
    try {
      answer = await fetch(address(name), { integrity });
    } catch {
      // An older one, kept by the browser: asked for anew.
      answer = await fetch(address(name), { integrity, cache: "reload" });
    }
    if (!answer.ok) throw new Error(`${name}: ${answer.status}`);
    return answer;
  };
  const counted = (answer) => {
    const count = new TransformStream({
      transform(part, into) {
        loaded += part.byteLength;
        say({ loaded, total });
        into.enqueue(part);
      },
    });
    return new Response(answer.body.pipeThrough(count), { headers: answer.headers });
  };
  const unpacked = async (name) =>
    new Response(counted(await load(name)).body.pipeThrough(new DecompressionStream("gzip")));

  const kept = fresh ? undefined : await memory(manifest.version, address("memory"));
  const library = unpacked("standard-library.bin").then((answer) => answer.arrayBuffer());
  const guide = unpacked("guide.bin").then((answer) => answer.json());
  // Only that they are the right ones, and how far they are: `import` takes them from the browser's cache.
  await Promise.all(["pyodide.mjs", "pyodide.asm.mjs"].map(async (name) => counted(await load(name)).arrayBuffer()));
  const wasm = kept ? load("pyodide.asm.wasm") : load("pyodide.asm.wasm").then(counted);

  globalThis.fetch = async (asked) => {
    const name = new URL(asked?.url ?? asked, root).href.slice(root.length);
    if (name === "pyodide.asm.wasm") return wasm;
    if (name === "standard-library.bin") return new Response(await library);
    throw new Error(`not part of the checker: ${name}`);
  };
  if (kept) growTo(kept.byteLength);

  const { loadPyodide } = await import(address("pyodide.mjs"));
  const python = await loadPyodide({
    indexURL: root,
    packageBaseUrl: root,
    stdLibURL: address("standard-library.bin"),
    lockFileContents: index(manifest.pyodide),
    ...(kept ? { _loadSnapshot: kept } : { _makeSnapshot: true }),
  });
  const files = Object.entries(await guide).filter(([name]) => !kept || !name.endsWith(".py"));
  const folders = new Set();
  for (const [name, text] of files) {
    const folder = `/guide/${name.slice(0, name.lastIndexOf("/"))}`;
    if (!folders.has(folder)) python.FS.mkdirTree(folder);
    folders.add(folder);
    python.FS.writeFile(`/guide/${name}`, text);
  }
  let snapshot;
  if (!kept) {
    python.runPython(
      "import sys; sys.path[:0] = ['/guide/docs/hooks', '/guide/packages']; import browser; browser.warm_up()",
    );
    snapshot = python.makeMemorySnapshot();
  }
  // From here on nothing is asked of any server.
  globalThis.fetch = undefined;
  globalThis.XMLHttpRequest = undefined;
  globalThis.WebSocket = undefined;
  const ask = python.runPython("browser.ask");
  onmessage = ({ data }) => say({ id: data.id, answer: JSON.parse(ask(data.question)) });
  say({ ready: true, kept: Boolean(kept) });
  if (snapshot) await keep(manifest.version, address("memory"), snapshot);
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

/* Runs compile.py in Pyodide, which is the Python that will load what it compiles.

   docs/hooks/compiled.py asks on standard input, and gets an archive on standard output. */

import { readFileSync } from "node:fs";
import { buffer } from "node:stream/consumers";
import { loadPyodide } from "pyodide";

const asked = await buffer(process.stdin);
// What it says of itself must not stand in the archive; the order of sets must be the same each time.
const python = await loadPyodide({ stdout: () => {}, env: { PYTHONHASHSEED: "0" } });
python.FS.writeFile("/asked", asked);
try {
  python.runPython(readFileSync(new URL("compile.py", import.meta.url), "utf8"));
  process.stdout.write(python.FS.readFile("/answer"));
} catch (error) {
  // Node.js itself would show the line of Pyodide, which is more than a million letters long.
  console.error(error.message);
  process.exitCode = 1;
}

/* The checker in a worker, as a page asks it: one question at a time, and each can be ended.

   `start` loads it; `ask` sends a question and gives a promise of the answer. A question that takes too long, or that
   the reader cancels, ends the worker; the next question starts another one. */

const LIMIT = 5000; // milliseconds for an answer to a reader's text
const OPENING = 60000; // and until the proven one is read: what takes long then is the machine

const ROOT = new URL("../runtime/", import.meta.url).href;
const WORKER = new URL("worker.js", import.meta.url).href;

export class Stopped extends Error {}

export const able = () => typeof WebAssembly === "object" && typeof DecompressionStream === "function";

/* `opening` is asked first, by every worker: what the questions are about. Its answer is `first`. */
export const start = async (progress, opening) => {
  const answer = await fetch(`${ROOT}manifest.json`, { cache: "no-cache" });
  if (!answer.ok) throw new Error("no runtime");
  const manifest = await answer.json();
  const checker = new Checker(manifest, progress, opening);
  await checker.started;
  return checker;
};

class Checker {
  #worker;
  #waiting;
  #number = 0;
  #opening;

  constructor(manifest, progress, opening) {
    this.manifest = manifest;
    this.progress = progress;
    this.#opening = opening;
    this.#start(false);
  }

  async ask(question) {
    await this.started;
    return this.#send(question, LIMIT);
  }

  stop(message = "canceled") {
    this.#worker.terminate();
    const waiting = this.#waiting;
    this.#waiting = undefined;
    this.#start(false);
    waiting?.reject(new Stopped(message));
  }

  #send(question, limit) {
    const id = ++this.#number;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.stop("too long"), limit);
      this.#waiting = {
        id,
        resolve: (answer) => (clearTimeout(timer), resolve(answer)),
        reject: (error) => (clearTimeout(timer), reject(error)),
      };
      this.#worker.postMessage({ id, question: JSON.stringify(question) });
    });
  }

  #start(fresh) {
    // A worker of the page's own making is under the page's security policy.
    const source = URL.createObjectURL(new Blob([`import ${JSON.stringify(WORKER)}`], { type: "text/javascript" }));
    const worker = new (Worker.real ?? Worker)(source, { type: "module" });
    this.#worker = worker;
    this.started = new Promise((resolve, reject) => {
      worker.onerror = (event) => reject(new Error(event.message));
      worker.onmessage = ({ data }) => {
        if (data.ready) resolve();
        else if (data.failed && !fresh && data.kept) {
          // What was kept may be of no use: once more without it.
          worker.terminate();
          this.#start(true);
          this.started.then(resolve, reject);
        } else if (data.failed) reject(new Error(data.failed));
        else if (data.id === undefined) this.progress?.(data.loaded, data.total);
        else if (data.id === this.#waiting?.id) {
          const { resolve: answered } = this.#waiting;
          this.#waiting = undefined;
          answered(data.answer);
        }
      };
      worker.postMessage({ root: ROOT, manifest: this.manifest, fresh });
    }).then(async () => {
      URL.revokeObjectURL(source);
      if (this.#opening) this.first = await this.#send(this.#opening, OPENING);
      // Nothing of the reader's is there yet.
      worker.postMessage({ keep: true });
    });
    this.started.catch(() => {}); // said by whoever asks
  }
}

/* Between a page and the checker: how far it is loaded, a question when the reader pauses, and what is said where
   there is no answer. One question is asked at a time; what changes meanwhile is asked afterwards. */
import { Stopped, start } from "./runtime.js";

const PAUSE = 200; // milliseconds without a key before something is asked

export const bytes = async (address) => {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
  return new Response(answer.body.pipeThrough(new DecompressionStream("gzip"))).json();
};

export const words = async () => {
  const answer = await fetch(new URL("words.json", import.meta.url));
  return (await answer.json())[document.documentElement.lang];
};

export const styled = () => {
  const sheet = Object.assign(document.createElement("link"), {
    rel: "stylesheet",
    href: new URL("change.css", import.meta.url).href,
  });
  return new Promise((resolve) => {
    sheet.onload = sheet.onerror = resolve;
    document.head.append(sheet);
  });
};

export class Asking {
  #busy = false;
  #again = false;
  #timer;

  /* `state` holds the place for what is said, a progress bar and a button that cancels; `question` gives what is to be
     asked, or nothing; `show` gets the answer. */
  constructor({ words, state, question, show }) {
    this.words = words;
    this.status = state.querySelector("[role=status]");
    this.bar = state.querySelector("progress");
    this.cancel = state.querySelector("button");
    this.question = question;
    this.show = show;
    this.cancel.addEventListener("click", () => {
      this.#again = false;
      this.checker.stop();
    });
  }

  /* `quiet`: to those who listen, as it stands beside it for those who see. */
  say(text, { quiet = false } = {}) {
    this.status.textContent = text;
    this.status.classList.toggle("change-said", quiet);
  }

  /* Load the checker. Gives the answer to what is asked first. */
  async begin(opening) {
    const mb = (number) => (number / 1e6).toFixed(1);
    this.say(this.words.change_starting);
    this.bar.hidden = false;
    try {
      const checker = await start((loaded, total) => {
        this.bar.max = total;
        this.bar.value = loaded;
        this.say(
          loaded < total
            ? this.words.change_loading.replace("{loaded}", mb(loaded)).replace("{total}", mb(total))
            : this.words.change_starting,
        );
      }, opening);
      this.checker = checker;
      this.say("");
      return checker.first;
    } catch {
      this.say(this.words.change_failed);
      return undefined;
    } finally {
      this.bar.hidden = true;
    }
  }

  later() {
    clearTimeout(this.#timer);
    if (this.checker) this.#timer = setTimeout(() => this.check(), PAUSE);
  }

  async check() {
    if (this.#busy) {
      this.#again = true;
      return;
    }
    const question = this.question();
    if (!question) return;
    this.#busy = true;
    const slow = setTimeout(() => {
      this.say(this.words.change_working);
      this.cancel.hidden = false;
    }, 400);
    try {
      const answer = await this.checker.ask(question);
      if (answer.fault) this.say(this.words.change_fault);
      else this.show(answer, question);
    } catch (error) {
      this.say(this.#sentence(error));
    } finally {
      clearTimeout(slow);
      this.cancel.hidden = true;
      this.#busy = false;
      if (this.#again) {
        this.#again = false;
        this.check();
      }
    }
  }

  #sentence(error) {
    if (!(error instanceof Stopped)) return this.words.change_failed;
    return error.message === "too long" ? this.words.change_too_long : this.words.change_canceled;
  }
}

/* The list of snippets, narrowed while the reader types. What is chosen stands in the address, so that a link
   leads to the narrowed list. */
(() => {
  "use strict";
  const form = document.querySelector(".catalogue-filter");
  const status = form.querySelector("[role=status]");
  const fields = [...form.querySelectorAll("[name]")];
  const rows = [...document.querySelectorAll(".catalogue tr[data-kind]")];

  const plain = (text) => text.normalize("NFKC").toLowerCase();
  const texts = new Map(
    rows.map((row) => {
      // Title, kind and file, but no numbers; TOPIC/NAME stands in the file's address.
      const cells = [...row.cells].slice(0, 3).map((cell) => cell.textContent);
      const name = row.querySelector("td a").pathname.split("/").slice(-2).join("/");
      return [row, plain([...cells, name].join(" "))];
    }),
  );

  const narrow = () => {
    const { text, kind, topic } = Object.fromEntries(fields.map(({ name, value }) => [name, value]));
    const wanted = plain(text).split(/\s+/);
    let shown = 0;
    for (const row of rows) {
      const fits =
        (!kind || row.dataset.kind === kind) &&
        (!topic || row.parentElement.dataset.topic === topic) &&
        wanted.every((word) => texts.get(row).includes(word));
      row.hidden = !fits;
      shown += fits;
    }
    for (const group of document.querySelectorAll(".catalogue tbody")) {
      group.hidden = !group.querySelector("tr[data-kind]:not([hidden])");
    }
    const { count, none } = status.dataset;
    status.textContent = shown ? count.replace("{shown}", shown).replace("{all}", rows.length) : none;
    form.querySelector("[type=reset]").hidden = !fields.some(({ value }) => value);
  };

  /* Of the address only what the fields say is theirs. */
  const note = () => {
    const address = new URL(location);
    for (const { name, value } of fields) {
      if (value) address.searchParams.set(name, value);
      else address.searchParams.delete(name);
    }
    try {
      history.replaceState(history.state, "", address);
    } catch {
      // From disk an address cannot be changed; the list is narrowed all the same.
    }
  };

  const read = () => {
    const said = new URLSearchParams(location.search);
    for (const field of fields) {
      field.value = said.get(field.name) ?? "";
      // What is no choice of a list is none.
      if (field.selectedIndex < 0) field.value = "";
    }
    narrow();
  };

  form.addEventListener("input", () => {
    narrow();
    note();
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", (event) => {
    event.preventDefault();
    for (const field of fields) field.value = "";
    fields[0].focus();
    narrow();
    note();
  });
  read();
})();

"use strict";
(() => {
  const field = (id) => document.getElementById(id);
  const rows = Array.from(document.querySelectorAll("tbody tr"));
  const texts = rows.map((row) => row.textContent.toLowerCase());
  const choices = ["severity", "rule", "state"];
  const filter = () => {
    const chosen = choices.map((id) => [id, field(id).value]).filter(([, value]) => value);
    const [path, text] = ["path", "text"].map((id) => field(id).value.trim().toLowerCase());
    let shown = 0;
    rows.forEach((row, at) => {
      const fits = chosen.every(([id, value]) => row.dataset[id] === value)
        && row.dataset.path.toLowerCase().includes(path)
        && texts[at].includes(text);
      row.hidden = !fits;
      shown += fits ? 1 : 0;
    });
    field("count").textContent = `${shown} of ${rows.length} shown`;
  };
  const form = field("filters");
  form.addEventListener("input", filter);
  form.addEventListener("change", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.hidden = rows.length === 0;
  filter();
})();

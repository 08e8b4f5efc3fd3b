"use strict";
(() => {
  const field = (id) => document.getElementById(id);
  const rows = Array.from(document.querySelectorAll("tbody tr"));
  const texts = rows.map((row) => row.textContent.toLowerCase());
  const filter = () => {
    const [severity, rule] = [field("severity").value, field("rule").value];
    const [path, text] = ["path", "text"].map((id) => field(id).value.trim().toLowerCase());
    let shown = 0;
    rows.forEach((row, at) => {
      const fits = (!severity || row.dataset.severity === severity)
        && (!rule || row.dataset.rule === rule)
        && row.dataset.path.toLowerCase().includes(path)
        && texts[at].includes(text);
      row.hidden = !fits;
      shown += fits ? 1 : 0;
    });
    field("count").textContent = `${shown} of ${rows.length}`;
  };
  const form = field("filters");
  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.hidden = rows.length === 0;
  filter();
})();

// Tables that are searched, filtered and paged.
const pager = (count, size, show) => {
  let at = 0;
  const last = () => Math.max(0, Math.ceil(count() / size) - 1);
  const back = make("button", { type: "button" }, "Newer");
  const on = make("button", { type: "button" }, "Older");
  const said = make("span", { class: "note" });
  const turn = (to) => {
    at = Math.min(Math.max(to, 0), last());
    back.disabled = at === 0;
    on.disabled = at === last();
    said.textContent = `page ${at + 1} of ${last() + 1}`;
    bar.hidden = last() === 0;
    show(at * size, (at + 1) * size);
  };
  back.onclick = () => turn(at - 1);
  on.onclick = () => turn(at + 1);
  const bar = make("div", { class: "turn" }, back, on, said);
  return { bar, turn };
};

document.querySelectorAll("table[data-pages]").forEach((table) => {
  const rows = [...table.tBodies[0].rows];
  const { bar, turn } = pager(() => rows.length, Number(table.dataset.pages), (from, to) =>
    rows.forEach((row, number) => { row.hidden = number < from || number >= to; }));
  table.parentElement.after(bar);
  turn(0);
});

const words = (text) => text.toLowerCase().split(/\s+/).filter(Boolean);
const holdsAll = (text, wanted) => wanted.every((word) => text.includes(word));

document.querySelectorAll("form[data-filters]").forEach((form) => {
  const rows = [...byId(form.dataset.filters).querySelectorAll("tbody tr")].map((row) => [row, row.textContent.toLowerCase()]);
  const told = form.nextElementSibling;
  form.hidden = false;
  form.onsubmit = (event) => event.preventDefault();
  form.oninput = () => {
    const wanted = words(byId("search").value);
    let count = 0;
    for (const [row, text] of rows) {
      row.hidden = !holdsAll(text, wanted);
      count += row.hidden ? 0 : 1;
    }
    told.textContent = `${count} of ${rows.length}`;
  };
});

const seconds = (value) => (value == null ? "–" : value < 10 ? `${value.toFixed(2)} s` : value < 60 ? `${value.toFixed(1)} s` : `${Math.round(value / 60)} min`);
const runRow = ([project, run, status, tone, environment, started, took, held, gates, note, trust, , page, asked]) =>
  make("tr", {},
    make("td", {}, make("button", { type: "button", class: "plain", "data-project": project }, isolated(project))),
    make("th", { scope: "row" }, make("a", { class: "id", href: root + page }, isolated(run))),
    make("td", {}, ...pill(status, tone, trust, asked)),
    make("td", { class: `number${held < gates ? " failing" : ""}` }, gates ? `${held}/${gates}` : "–"),
    make("td", { class: "note-cell" }, isolated(note)),
    make("td", {}, time(started)),
    make("td", { class: "number" }, seconds(took)),
    make("td", {}, isolated(environment)));

const allRuns = () => data("data/runs.js");
const filters = byId("filters");
if (filters && byId("all-runs")) {
  const body = byId("all-runs").tBodies[0];
  const chosen = ["project", "status", "environment"].map(byId);
  const asked = new URLSearchParams(location.hash.slice(1));
  const found = byId("found");
  let rows = [];
  let shown = [];
  const { bar, turn } = pager(() => shown.length, 100, (from, to) => body.replaceChildren(...shown.slice(from, to).map(runRow)));
  const start = async () => {
    rows = ((await allRuns()) || []).map((row) => [row, [...row.slice(0, 5), row[9], row[10], row[11], row[13]].join(" ").toLowerCase()]);
    document.querySelector(".pager")?.remove();
    body.closest(".table-box").after(bar);
    return choose();
  };
  const choose = () => {
    const wanted = words(byId("search").value);
    const [project, status, environment] = chosen.map((select) => select.value);
    shown = rows.filter(([row, text]) =>
      (!project || row[0] === project) && (!status || row[2] === status) && (!environment || row[4] === environment) && holdsAll(text, wanted)
    ).map(([row]) => row);
    found.textContent = `${shown.length} of ${rows.length} runs`;
    const kept = new URLSearchParams([["q", byId("search").value], ...chosen.map((select) => [select.id, select.value])].filter(([, value]) => value));
    history.replaceState(null, "", kept.size ? `#${kept}` : location.pathname);
    turn(0);
  };
  filters.hidden = false;
  filters.onsubmit = (event) => event.preventDefault();
  filters.oninput = () => (rows.length ? choose() : start());
  body.onclick = (event) => {
    const project = event.target.closest("[data-project]");
    if (!project) return;
    byId("project").value = project.dataset.project;
    choose();
  };
  byId("search").value = asked.get("q") || "";
  chosen.forEach((select) => { select.value = asked.get(select.id) || ""; });
  if ([...asked].length) start();
}

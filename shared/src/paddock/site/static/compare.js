// Two runs side by side, which the reader chooses; the address keeps the choice.
const form = byId("compare");
byId("no-script")?.remove();
const sides = ["a", "b"];

const heading = (text) => make("h2", {}, text);
const tableOf = (label, columns, rows) =>
  make("div", { class: "table-box", role: "group", "aria-label": label, tabindex: "0" },
    make("table", { class: "facts-table" },
      make("thead", {}, make("tr", {}, columns.map((column) => make("th", { scope: "col" }, column)))),
      make("tbody", {}, rows)));
const line = (kind, first, ...cells) =>
  make("tr", { class: kind }, make("th", { scope: "row" }, isolated(first)), cells.map((cell) => make("td", {}, typeof cell === "object" && cell !== null ? cell : isolated(cell))));

// Items of both runs by key, in the order of the first and then of the second.
const joined = (a, b, key) => {
  const found = new Map();
  a.forEach((item) => found.set(key(item), [item, undefined]));
  b.forEach((item) => found.set(key(item), [(found.get(key(item)) || [])[0], item]));
  return [...found.entries()];
};
const differing = (rows) => [...rows.filter(([kind]) => kind), ...rows.filter(([kind]) => !kind)].map(([, row]) => row);

const verdict = (gate) => gate && make("span", { class: gate[4] ? "holds" : "fails" }, make("span", { class: "verdict" }, gate[4] ? "holds" : "FAILS"));
const change = (a, b) => (typeof a === "number" && typeof b === "number" ? `${b > a ? "+" : ""}${six(b - a)}` : "");
const gateRows = (a, b) => differing(joined(a.gates, b.gates, (gate) => JSON.stringify(gate.slice(0, 2))).map(([, [old, now]]) => {
  const [source, name] = old || now;
  const kind = old && now && old[4] === now[4] && old[2] === now[2] && old[3] === now[3] ? "" : "differs";
  const bounds = old && now && old[3] !== now[3] ? `${old[3]} → ${now[3]}` : (old || now)[3];
  const became = now && !now[4] && (!old || old[4]) ? " became-bad" : "";
  return [kind, line(kind + became, name, six(old?.[2]), verdict(old) || "–", six(now?.[2]), verdict(now) || "–", change(old?.[2], now?.[2]), bounds, source)];
}));
const valueRows = (a, b, key, name, value) => differing(joined(a, b, (item) => JSON.stringify(key(item))).map(([, [old, now]]) => {
  const [was, is] = [old ? value(old) : "–", now ? value(now) : "–"];
  const kind = was === is ? "" : "differs";
  return [kind, line(kind, name(old || now), was, is, change(was, is))];
}));

// Where nothing differs, the table is there for those who look.
const section = (label, columns, rows) => {
  if (!rows.length) return [];
  if (rows.some((row) => row.classList.contains("differs"))) return [heading(label), tableOf(label, columns, rows)];
  return [make("details", { class: "same" }, make("summary", {}, `${label}: the same in both (${rows.length})`), tableOf(label, columns, rows))];
};
const gist = (a, b) => {
  const verdicts = joined(a.gates, b.gates, (gate) => JSON.stringify(gate.slice(0, 2))).map(([, pair]) => pair);
  const became = (held) => verdicts.filter(([old, now]) => old && now && old[4] !== now[4] && now[4] === held).map(([, now]) => now[1]);
  const moved = joined(a.datasets, b.datasets, (d) => JSON.stringify(d.slice(0, 2))).filter(([, [old, now]]) => old?.[3] !== now?.[3]).map(([, [old, now]]) => (old || now)[0]);
  const said = [
    became(false).length ? `fails now: ${became(false).join(", ")}` : "",
    became(true).length ? `holds now: ${became(true).join(", ")}` : "",
    moved.length ? `other data: ${moved.join(", ")}` : "the same data",
    a.facts[3][1] === b.facts[3][1] ? "the same commit" : "another commit",
  ];
  return make("p", { class: "gist" }, "From A to B: ", isolated(said.filter(Boolean).join("; ")), ".");
};
const facts = (a, b) => [
  ...section("Gates", ["Gate", "A", "", "B", "", "Change", "Bound", "Notebook"], gateRows(a, b)),
  ...section("Datasets", ["Dataset", "A", "B", ""], valueRows(a.datasets, b.datasets, (d) => d.slice(0, 2), (d) => `${d[0]} (${d[1]})`, (d) => `version ${d[2]}, ${d[3]}`)),
  ...section("Sources", ["Source", "A", "B", ""], valueRows(a.sources, b.sources, (s) => s[0], (s) => s[0], (s) => s[1])),
  ...section("Parameters", ["Parameter", "A", "B", ""], valueRows(a.parameters, b.parameters, (p) => p[0], (p) => p[0], (p) => p[1])),
  ...section("Metrics", ["Metric", "A", "B", "Change"], valueRows(a.metrics, b.metrics, (m) => m.slice(0, 2), (m) => (m[3] ? `${m[1]} (${m[3]})` : m[1]), (m) => (typeof m[2] === "number" ? Number(six(m[2])) : six(m[2])))),
  ...section("Environment", ["Fact", "A", "B", ""], valueRows(a.facts.slice(2), b.facts.slice(2), (f) => f[0], (f) => f[0], (f) => f[1])),
];

const cellDiffs = (old, now) => {
  const byName = new Map(now.map((cell) => [cell[0], cell]));
  const isSame = (x, y) => x[1] === y[1] && x[2] === y[2];
  const pairs = common(old, now, isSame) || [];
  const kept = new Set(pairs.map(([x]) => x));
  const taken = new Set(pairs.map(([, y]) => y));
  const shown = [];
  old.forEach((cell, at) => {
    if (kept.has(at)) return;
    const other = byName.get(cell[0]);
    const place = now.indexOf(other);
    const isChanged = other && !taken.has(place);
    if (isChanged) taken.add(place);
    shown.push([isChanged ? (isSame(cell, other) ? "moved" : "changed") : "removed", cell, isChanged ? other[2] : ""]);
  });
  now.forEach((cell, at) => { if (!taken.has(at)) shown.push(["added", [cell[0], cell[1], ""], cell[2]]); });
  return shown;
};
const cells = async (a, b) => {
  const found = [];
  for (const [source, [old, now]] of joined(a.notebooks, b.notebooks, (notebook) => notebook[0])) {
    const note = [old?.[1], now?.[1]].find(Boolean) || (old && now ? "" : `Only run ${old ? "A" : "B"} executed it.`);
    if (note) { found.push(make("h3", {}, isolated(source)), make("p", { class: "note" }, note)); continue; }
    if (old[2] === now[2]) { found.push(make("p", { class: "note" }, isolated(source), ": every cell is the same.")); continue; }
    const [was, is] = await Promise.all([old, now].map((notebook) => data(notebook[2])));
    found.push(make("h3", {}, isolated(source)));
    for (const [what, cell, other] of cellDiffs(was || [], is || [])) {
      found.push(make("p", { class: "label" }, `${cell[1]} cell ${what}`), what === "moved" ? null : shownDiff(cell[2], other));
    }
  }
  return found.length ? [heading("Cells"), ...found] : [];
};

const picture = (figure, side) =>
  figure ? make("figure", {}, make("img", { src: /^data:image\//.test(figure[0]) ? figure[0] : root + figure[0], alt: `Run ${side}: ${figure[1]}`, loading: "lazy" }), make("figcaption", {}, `${side}: `, isolated(figure[1])))
    : make("figure", {}, make("figcaption", {}, `${side}: no such figure`));
const figures = (a, b) => {
  const found = [];
  for (const [, [old, now]] of joined(a.notebooks, b.notebooks, (notebook) => notebook[0])) {
    const [was, is] = [old?.[3] || [], now?.[3] || []];
    for (let at = 0; at < Math.max(was.length, is.length); at += 1) {
      const same = was[at] && is[at] && was[at][0] === is[at][0];
      found.push(same ? make("div", {}, make("p", { class: "note" }, "The same in both:"), make("div", { class: "figures" }, picture(was[at], "A and B")))
        : make("div", { class: "figures" }, picture(was[at], "A"), picture(is[at], "B")));
    }
  }
  return found.length ? [heading("Figures"), ...found] : [];
};

// A run is known by the address of its page: its name might hold anything.
const key = (row) => row[12].slice(4, -5);
const compare = (rows) => {
  const out = byId("comparison");
  const projects = [...new Set(rows.map((row) => row[0]))].sort();
  const fill = (side, row) => {
    byId(`${side}-project`).replaceChildren(...projects.map((name) => make("option", { value: name }, name)));
    byId(`${side}-project`).value = row[0];
    const own = rows.filter((other) => other[0] === row[0]);
    byId(`${side}-run`).replaceChildren(...own.map((other) => make("option", { value: key(other) }, `${other[1]} · ${other[2]}${other[10] ? `, ${other[10]}` : ""}`)));
    byId(`${side}-run`).value = key(row);
  };
  const byKey = (wanted) => rows.find((row) => key(row) === wanted);
  const chosen = (side) => byKey(byId(`${side}-run`).value);
  let turn = 0;
  const show = async () => {
    const mine = (turn += 1);
    const pair = sides.map(chosen);
    history.replaceState(null, "", `#${sides.map((side, at) => `${side}=${key(pair[at])}`).join("&")}`);
    const [a, b] = await Promise.all(pair.map((row) => data(`data/run/${key(row)}.js`)));
    const shown = [make("div", { class: "versus" }, pair.map((row, at) => summary(row, [a, b][at], sides[at].toUpperCase())))];
    if (!a || !b) shown.push(make("p", { class: "note" }, "A run without a readable record cannot be compared."));
    else if (pair[0] === pair[1]) shown.push(make("p", { class: "note" }, "This is one run twice; choose another one."));
    else shown.push(gist(a, b), ...facts(a, b), ...(await cells(a, b)), ...figures(a, b));
    if (mine === turn) out.replaceChildren(...shown);
  };
  const read = () => {
    const asked = new URLSearchParams(location.hash.slice(1));
    const first = byKey(asked.get("a")) || byKey(asked.get("b")) || rows[0];
    const own = rows.filter((row) => row[0] === first[0]);
    fill("a", byKey(asked.get("a")) || own[Math.min(1, own.length - 1)]);
    fill("b", byKey(asked.get("b")) || own[0]);
    return show();
  };
  sides.forEach((side) => {
    byId(`${side}-project`).onchange = (event) => { fill(side, rows.find((row) => row[0] === event.target.value)); show(); };
    byId(`${side}-run`).onchange = show;
  });
  byId("swap").onclick = () => {
    const [a, b] = sides.map(chosen);
    fill("a", b);
    fill("b", a);
    show();
  };
  window.addEventListener("hashchange", read);
  form.hidden = false;
  read();
};
const summary = (row, run, side) =>
  make("div", {}, make("h3", {}, `${side}: `, make("a", { href: root + row[12] }, isolated(`${row[0]} ${row[1]}`))),
    make("p", {}, ...pill(row[2], row[3], row[10], row[13]), " ", time(row[5])), make("p", {}, isolated(run?.reason || row[9])), run ? make("p", { class: "note" }, `took ${run.facts[1][1]}`) : null);

if (form) allRuns().then((rows) => rows?.length && compare(rows));

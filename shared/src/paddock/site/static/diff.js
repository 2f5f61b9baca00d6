// What differs between two lists: the shortest script of edits, after Myers, "An O(ND) Difference Algorithm" (1986).
const MOST_EDITS = 1500;

// The common items of two lists as pairs of places; null when the lists differ too much to say.
const common = (a, b, same = (x, y) => x === y) => {
  let start = 0;
  while (start < a.length && start < b.length && same(a[start], b[start])) start += 1;
  let endA = a.length;
  let endB = b.length;
  while (endA > start && endB > start && same(a[endA - 1], b[endB - 1])) { endA -= 1; endB -= 1; }
  const middle = shortest(a.slice(start, endA), b.slice(start, endB), same);
  if (!middle) return null;
  const head = Array.from({ length: start }, (_, at) => [at, at]);
  const tail = Array.from({ length: a.length - endA }, (_, at) => [endA + at, endB + at]);
  return [...head, ...middle.map(([x, y]) => [x + start, y + start]), ...tail];
};

const shortest = (a, b, same) => {
  let reached = new Map([[1, 0]]);
  const trace = [];
  for (let edits = 0; edits <= Math.min(a.length + b.length, MOST_EDITS); edits += 1) {
    trace.push(new Map(reached));
    for (let line = -edits; line <= edits; line += 2) {
      const down = line === -edits || (line !== edits && reached.get(line - 1) < reached.get(line + 1));
      let x = down ? reached.get(line + 1) : reached.get(line - 1) + 1;
      while (x < a.length && x - line < b.length && same(a[x], b[x - line])) x += 1;
      reached.set(line, x);
      if (x >= a.length && x - line >= b.length) return walkBack(a, b, trace);
    }
  }
  return null;
};

const walkBack = (a, b, trace) => {
  const pairs = [];
  let [x, y] = [a.length, b.length];
  for (let edits = trace.length - 1; edits >= 0 && (x > 0 || y > 0); edits -= 1) {
    const reached = trace[edits];
    const line = x - y;
    const down = line === -edits || (line !== edits && reached.get(line - 1) < reached.get(line + 1));
    const before = down ? line + 1 : line - 1;
    const from = reached.get(before) ?? 0;
    while (x > from && y > from - before) { x -= 1; y -= 1; pairs.push([x, y]); }
    if (edits > 0) { x = from; y = from - before; }
  }
  return pairs.reverse();
};

// The lines of two texts as [mark, line], far from any edit left out.
const AROUND = 3;
const diffLines = (a, b) => {
  const [old, now] = [a.split("\n"), b.split("\n")];
  const pairs = common(old, now);
  if (!pairs) return [...old.map((line) => ["removed", line]), ...now.map((line) => ["added", line])];
  const lines = [];
  let [x, y] = [0, 0];
  for (const [toX, toY] of [...pairs, [old.length, now.length]]) {
    while (x < toX) lines.push(["removed", old[x++]]);
    while (y < toY) lines.push(["added", now[y++]]);
    if (x < old.length) { lines.push(["same", old[x]]); }
    x += 1;
    y += 1;
  }
  const near = (at) => lines.slice(Math.max(0, at - AROUND), at + AROUND + 1).some(([mark]) => mark !== "same");
  const kept = lines.map((line, at) => (near(at) ? line : ["gap", "…"]));
  return kept.filter(([mark], at) => mark !== "gap" || at === 0 || kept[at - 1][0] !== "gap");
};

const signs = { added: "+ ", removed: "− ", same: "  ", gap: "" };
const shownDiff = (a, b) =>
  make("pre", { class: "diff", tabindex: "0" }, diffLines(a, b).map(([mark, line]) => make("span", { class: mark }, `${signs[mark]}${line}`)));

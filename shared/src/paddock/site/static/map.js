// The product map: neighbours stand out, arrow keys follow the flow, buttons zoom.
const map = byId("map");
if (map) {
  const boxes = new Map([...map.querySelectorAll("[data-node]")].map((box) => [box.dataset.node, box]));
  const lines = [...map.querySelectorAll(".lines path")];
  const after = new Map();
  const before = new Map();
  const add = (into, key, value) => into.set(key, [...(into.get(key) || []), value]);
  lines.forEach(({ dataset: { from, to } }) => { add(after, from, to); add(before, to, from); });

  const mark = (node) => {
    map.classList.toggle("focused", Boolean(node));
    const near = new Set([node, ...(after.get(node) || []), ...(before.get(node) || [])]);
    boxes.forEach((box, name) => box.classList.toggle("near", near.has(name)));
    lines.forEach((path) => path.classList.toggle("near", path.dataset.from === node || path.dataset.to === node));
  };
  const spot = (box) => box.querySelector("rect").getBoundingClientRect();
  const inColumn = (box, way) => {
    const own = spot(box);
    const others = [...boxes.values()].filter((other) => Math.abs(spot(other).x - own.x) < 1 && (spot(other).y - own.y) * way > 1);
    return others.sort((x, y) => (spot(x).y - spot(y).y) * way)[0];
  };
  const keys = {
    ArrowRight: (box) => boxes.get((after.get(box.dataset.node) || [])[0]),
    ArrowLeft: (box) => boxes.get((before.get(box.dataset.node) || [])[0]),
    ArrowDown: (box) => inColumn(box, 1),
    ArrowUp: (box) => inColumn(box, -1),
  };
  boxes.forEach((box, node) => {
    box.addEventListener("mouseenter", () => mark(node));
    box.addEventListener("mouseleave", () => mark(document.activeElement?.dataset?.node));
    box.addEventListener("focus", () => mark(node));
    box.addEventListener("blur", () => mark(null));
    box.addEventListener("keydown", (event) => {
      const next = keys[event.key]?.(box);
      if (!next) return;
      event.preventDefault();
      next.focus();
      next.scrollIntoView({ block: "nearest", inline: "nearest" });
    });
  });

  const [width, height] = [map.width.baseVal.value, map.height.baseVal.value];
  const space = map.parentElement;
  let scale = 1;
  const zoom = (to) => {
    scale = Math.min(Math.max(to, 0.2), 3);
    map.setAttribute("width", Math.round(width * scale));
    map.setAttribute("height", Math.round(height * scale));
  };
  const ways = { in: () => zoom(scale * 1.25), out: () => zoom(scale / 1.25), fit: () => zoom(Math.min(1, space.clientWidth / width)) };
  const tools = document.querySelector(".map-tools");
  tools.hidden = false;
  tools.onclick = (event) => ways[event.target.dataset.zoom]?.();
  // On a phone a fitted map could not be read: it scrolls instead.
  if (space.clientWidth / width > 0.72) ways.fit();
}

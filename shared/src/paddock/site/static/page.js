// What every page uses: elements made of text alone, data by path, moments said as a time ago.
const root = document.body.dataset.root || "";
const byId = (id) => document.getElementById(id);

const make = (name, attributes = {}, ...inside) => {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) if (value !== "" && value != null) element.setAttribute(key, value);
  element.append(...inside.flat(2).filter((part) => part != null));
  return element;
};

const isolated = (text) => make("bdi", {}, String(text));
const pill = (status, tone, trust, asked) => [
  make("span", { class: `pill ${tone}` }, status),
  ...(trust && trust !== status ? [" ", make("span", { class: "pill doubt" }, trust)] : []),
  ...(asked ? [" ", make("span", { class: "pill neutral" }, asked)] : []),
];

// From a disk a page may fetch nothing, but it may run a script of its own folder: data come as scripts.
const loaded = new Map();
const waiting = new Map();
window.paddockData = (path, facts) => {
  loaded.set(path, facts);
  (waiting.get(path) || []).forEach((done) => done(facts));
  waiting.delete(path);
};
const data = (path) =>
  new Promise((done) => {
    if (loaded.has(path)) return done(loaded.get(path));
    const others = waiting.get(path);
    if (others) return others.push(done);
    waiting.set(path, [done]);
    const script = make("script", { src: root + path });
    script.onerror = () => window.paddockData(path, null);
    return document.head.append(script);
  });

const ago = (moment) => {
  const minutes = Math.round((Date.now() - new Date(moment).getTime()) / 60000);
  if (!Number.isFinite(minutes)) return "";
  const size = Math.abs(minutes);
  const [count, unit] = size < 60 ? [size, "min"] : size < 2880 ? [Math.round(size / 60), "h"] : [Math.round(size / 1440), "days"];
  return minutes < 0 ? `in ${count} ${unit}` : `${count} ${unit} ago`;
};
const clock = (moment) => moment.replace("T", " ").replace(/(\.\d+)?(\+00:00|Z)$/, " UTC");
const time = (moment) => {
  if (!moment) return "–";
  const shown = make("time", { datetime: moment, title: clock(moment) }, clock(moment));
  tellAgo(shown);
  return shown;
};
const tellAgo = (element) => {
  const said = ago(element.dateTime);
  if (!said) return;
  element.title = element.textContent;
  element.textContent = `${element.textContent.slice(0, 10)} · ${said}`;
};
document.querySelectorAll("time").forEach(tellAgo);

// Whether a deadline has passed is a matter of when one reads, not of when the site was built.
document.querySelectorAll("[data-due]").forEach((due) => {
  if (new Date(due.dataset.due).getTime() > Date.now() || due.classList.contains("late")) return;
  due.classList.add("late");
  due.querySelector(".due-word").textContent = "LATE, due";
});

const six = (value) => {
  if (value == null) return "–";
  if (typeof value !== "number") return String(value);
  return Number.isInteger(value) && Math.abs(value) < 1e15 ? String(value) : String(Number(value.toPrecision(6)));
};

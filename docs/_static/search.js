/* The search of these pages, on the index that Sphinx writes: a page need not hold every word that was asked for.

   A word counts more where it is rare, and where it stands: in the title of a page or in what people call its task
   (`people_say.toml`), then in a heading, then in the text. Excerpts come from `search_pages.js`, a script, since a page
   that was opened from the disk may not fetch others. */
"use strict";

(() => {
  const TITLE = 6, HEADING = 2, TEXT = 1, PART_OF_A_WORD = 0.5, EXACT = 3;
  const SHOWN = 15, LEAST = 0.05, EXCERPT = 240, BEFORE = 80;
  // Pages that hold nearly every word say less by holding one.
  const LISTS = [[/^(reference|decisions)\/|^changelog|(^|\/)index$/, 0.35], [/^roles\//, 0.6]];

  const listed = (found) => (found === undefined ? [] : Array.isArray(found) ? found : [found]);
  const stemmed = (text) => {
    const stemmer = new Stemmer();
    return splitQuery(text.toLowerCase()).map((word) => stemmer.stemWord(word));
  };

  /* The files that hold a word in a table of the index, with how much that counts; parts of words where none is whole. */
  const filesOf = (table, word, weight) => {
    if (Object.hasOwn(table, word)) return listed(table[word]).map((file) => [file, weight]);
    if (word.length < 3) return [];
    const longer = Object.keys(table).filter((known) => known.startsWith(word));
    return longer.flatMap((known) => listed(table[known]).map((file) => [file, weight * PART_OF_A_WORD]));
  };

  /* What each page is called: its title, and what people say. */
  const namesOf = (index) => index.docnames.map((name, file) => {
    const phrases = [index.titles[file], ...(SearchPages[name]?.said ?? [])].map(stemmed);
    return { phrases, words: new Set(phrases.flat()) };
  });

  const weightsOf = (index, names, word) => {
    const weights = new Map();
    const entries = [
      ...filesOf(index.terms, word, TEXT),
      ...filesOf(index.titleterms, word, HEADING),
      ...names.flatMap((name, file) => (name.words.has(word) ? [[file, TITLE]] : [])),
    ];
    for (const [file, weight] of entries) weights.set(file, Math.max(weight, weights.get(file) ?? 0));
    return weights;
  };

  const isSame = (some, words) => some.length === words.length && some.every((word) => words.includes(word));

  /* The heading of each page that holds most of the words, where it holds more than the page's own title. */
  const headingsOf = (index, words) => {
    const best = new Map();
    for (const [heading, places] of Object.entries(index.alltitles)) {
      const known = stemmed(heading);
      const held = words.filter((word) => known.includes(word)).length;
      if (!held) continue;
      for (const [file, anchor] of places) {
        const before = best.get(file);
        if (held > (before?.held ?? 0) || (held === before?.held && known.length < before.length))
          best.set(file, { heading, anchor, held, length: known.length, isSame: isSame(known, words) });
      }
    }
    return best;
  };

  const ranked = (query) => {
    const index = Search._index, names = namesOf(index), headings = headingsOf(index, stemmed(query));
    const words = [...Search._parseQuery(query)[1]];
    const asked = words.map((word) => {
      const weights = weightsOf(index, names, word);
      return { weights, rarity: Math.log(1 + index.docnames.length / Math.max(1, weights.size)) };
    }).filter(({ weights }) => weights.size);
    const all = asked.reduce((sum, { rarity }) => sum + rarity, 0);
    const pages = index.docnames.map((name, file) => {
      let score = 0, held = 0;
      for (const { weights, rarity } of asked.filter(({ weights }) => weights.has(file))) {
        score += rarity * weights.get(file);
        held += rarity;
      }
      const heading = headings.get(file);
      const isExact = heading?.isSame || names[file].phrases.some((phrase) => isSame(phrase, stemmed(query)));
      if (isExact) score *= EXACT;
      for (const [pages, factor] of LISTS) if (pages.test(name) && !isExact) score *= factor;
      return { name, title: index.titles[file], heading, score: all ? (score * held) / all : 0 };
    });
    const found = pages.filter(({ score }) => score > 0).sort((one, other) => other.score - one.score);
    return found.filter(({ score }) => score >= LEAST * found[0].score).slice(0, SHOWN);
  };

  /* The part of a page's text that holds most of the words; the beginning where none is there. */
  const excerpt = (text, words) => {
    const low = text.toLowerCase(), places = [];
    for (const word of words)
      for (let at = low.indexOf(word), n = 0; at >= 0 && n < 20; at = low.indexOf(word, at + 1), n++) places.push([at, word]);
    places.sort((one, other) => one[0] - other[0]);
    const within = ([at]) => new Set(places.filter(([other]) => other >= at && other < at + EXCERPT - BEFORE).map((p) => p[1])).size;
    const best = places.reduce((one, other) => (within(other) > within(one) ? other : one), places[0] ?? [0]);
    const start = best[0] < BEFORE ? 0 : low.indexOf(" ", best[0] - BEFORE) + 1;
    const end = start + EXCERPT < text.length ? text.lastIndexOf(" ", start + EXCERPT) : text.length;
    return `${start ? "… " : ""}${text.slice(start, end)}${end < text.length ? " …" : ""}`;
  };

  const element = (tag, text, parent, facts = {}) => {
    const made = Object.assign(document.createElement(tag), facts);
    made.textContent = text;
    parent.appendChild(made);
    return made;
  };

  const show = ({ name, title, heading }, words) => {
    const item = document.createElement("li");
    const isInside = heading?.anchor && heading.heading !== title;
    const link = element("a", isInside ? `${title} › ${heading.heading}` : title, item);
    link.setAttribute("href", name + DOCUMENTATION_OPTIONS.LINK_SUFFIX + (isInside ? `#${heading.anchor}` : ""));
    element("p", excerpt(SearchPages[name]?.text ?? "", words), item, { className: "context" });
    Search.output.appendChild(item);
  };

  Search.query = (query) => {
    const found = ranked(query);
    for (const page of found) show(page, Search._parseQuery(query)[1]);
    document.getElementById("search-progress")?.replaceChildren();
    _finishSearch(found.length);
  };
})();

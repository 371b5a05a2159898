// @ts-check
/**
 * The whole aisle of a brand: everything that this partner shows, by category, spec and search.
 * Pages are fetched in catalog order as the reader goes on, all of them once something is searched.
 *
 * @typedef {import("./view.js").Context} Context
 * @typedef {import("./view.js").Json} Json
 */

/** The look of this part. */
export const LOOK = new CSSStyleSheet();
LOOK.replaceSync("@inline brand.css");

/** Cards of one step, and pages that are fetched side by side. */
const STEP = 24;
const WIDE = 4;
/** Pages that are read without being asked for: some hundred products. */
const WHOLE = 32;
/** A filter with more values than this is not a choice. */
const VALUES = 12;

/** @param {Json} head @returns {number} how many pages the edition has at most */
const size = (head) => (head.pages ? head.pages.length : head.tables.length * head.span);

/** Specs that divide the products: few values, several of them. @param {Json[]} products @returns {{key: string, label: string, values: string[]}[]} */
export const filters = (products) => {
  /** @type {Map<string, {key: string, label: string, values: Set<string>, seen: number}>} */
  const table = new Map();
  for (const product of products) {
    for (const { key, label, text } of (product.specs ?? []).flatMap((/** @type {Json} */ { items }) => items)) {
      const filter = table.get(key) ?? { key, label, values: new Set(), seen: 0 };
      filter.values.add(text);
      filter.seen++;
      table.set(key, filter);
    }
  }
  const useful = [...table.values()].filter(({ values, seen }) => values.size > 1 && values.size <= VALUES && seen > products.length / 2);
  return useful.slice(0, 5).map((filter) => ({ ...filter, values: [...filter.values].sort((a, b) => a.localeCompare(b, undefined, { numeric: true })) }));
};

/** @param {Json} product @param {{category: string, words: string, chosen: Map<string, string>}} wish */
export const fits = ({ title, summary = "", sku, category = [], specs = [] }, { category: wanted, words, chosen }) => {
  const codes = category.map((/** @type {Json} */ { code }) => code).join("/");
  if (wanted && codes != wanted && !codes.startsWith(`${wanted}/`)) return false;
  if (!`${title} ${summary} ${sku}`.toLowerCase().includes(words)) return false;
  const items = specs.flatMap((/** @type {Json} */ one) => one.items);
  return [...chosen].every(([key, text]) => items.some((/** @type {Json} */ item) => item.key == key && item.text == text));
};

/** The tree of categories as a flat list in catalog order. @param {Json[]} products @returns {Map<string, {label: string, depth: number, count: number}>} */
const categories = (products) => {
  const tree = new Map();
  for (const { category = [] } of products) {
    category.forEach((/** @type {Json} */ { label }, /** @type {number} */ depth) => {
      const path = category.slice(0, depth + 1).map((/** @type {Json} */ { code }) => code).join("/");
      const node = tree.get(path) ?? { label, depth, count: 0 };
      node.count++;
      tree.set(path, node);
    });
  }
  return tree;
};

/** @param {Context} context */
const brand = async ({ host, head, page, search: find, keys, root, own, offered, kit: { h, picture, cost }, say }) => {
  const total = size(await head);
  /** @type {Json[]} */
  const products = [];
  const wish = { category: host.getAttribute("category") ?? "", words: "", chosen: new Map() };
  let read = 0;
  let limit = STEP;
  /** Read on until enough products are known. @param {number} enough */
  const more = async (enough) => {
    while (read < total && products.filter((one) => fits(one, wish)).length < enough) {
      const numbers = Array.from({ length: Math.min(WIDE, total - read) }, (_, index) => read + index);
      read += numbers.length;
      const pages = await Promise.all(numbers.map((number) => page(number).catch(() => ({ docs: {} }))));
      products.push(...pages.flatMap(({ docs }) => Object.values(docs)));
    }
  };
  /** What the partner puts first, as far as it may be shown. */
  const featured = (await Promise.all((own.featured ?? []).map((/** @type {string} */ sku) => find(keys({ sku })).catch(() => undefined)))).filter(Boolean);
  const first = new Set(featured.map(({ sku }) => sku));
  const nav = h("nav", { class: "categories", "aria-label": say("categories") });
  const choices = h("div", { class: "choices" });
  const cards = h("ul", { class: "cards", role: "list" });
  const status = h("p", { class: "facts", role: "status" });
  const next = h("button", { type: "button", class: "more" }, say("more"));
  const search = /** @type {HTMLInputElement} */ (h("input", { type: "search", class: "find", placeholder: say("search-products"), "aria-label": say("search-products") }));

  let turn = 0;
  const draw = async () => {
    const mine = ++turn;
    const hits = products.filter((one) => fits(one, wish));
    const order = [...featured.filter((one) => fits(one, wish)), ...hits.filter(({ sku }) => !first.has(sku))];
    const shown = order.slice(0, limit);
    const offers = await Promise.all(shown.map(offered));
    if (mine != turn) return; // something else was wished for meanwhile
    cards.replaceChildren(...shown.map((one, index) => card(one, offers[index])));
    status.textContent = say("hits", { count: hits.length });
    next.hidden = hits.length <= limit && read >= total;
    nav.replaceChildren(h("ul", { role: "list" }, choice("", say("everything"), 0), ...[...categories(products)].map(([path, { label, depth }]) => choice(path, label, depth))));
    const inCategory = products.filter((one) => fits(one, { ...wish, words: "", chosen: new Map() }));
    choices.replaceChildren(...filters(inCategory).map(picker));
  };
  /** @param {Json} product @param {Json | undefined} offer */
  const card = (product, offer) =>
    h("li", {}, h("button", { type: "button", class: "card", part: "card", "data-act": "open", "data-sku": product.sku },
      h("span", { class: "plate" }, picture(product.media?.[0] && { ...product.media[0], alt: "" }, root)),
      h("span", { class: "name" }, product.title), product.summary && h("span", { class: "facts" }, product.summary),
      cost(say, product.price, offer)));
  /** @param {string} path @param {string} label @param {number} depth */
  const choice = (path, label, depth) => {
    const button = h("button", { type: "button", "aria-pressed": String(wish.category == path), "data-depth": depth }, label);
    button.addEventListener("click", () => change(() => { wish.category = path; wish.chosen.clear(); }));
    return h("li", {}, button);
  };
  /** @param {{key: string, label: string, values: string[]}} filter */
  const picker = ({ key, label, values }) => {
    const select = /** @type {HTMLSelectElement} */ (h("select", { "aria-label": label }, h("option", { value: "" }, label), ...values.map((value) => h("option", { value, selected: wish.chosen.get(key) == value }, value))));
    select.addEventListener("change", () => change(() => (select.value ? wish.chosen.set(key, select.value) : wish.chosen.delete(key))));
    return select;
  };
  /** @param {() => void} by */
  const change = async (by) => {
    by();
    limit = STEP;
    draw();
    await more(Infinity);
    draw();
  };
  search.addEventListener("input", () => change(() => { wish.words = search.value.trim().toLowerCase(); }));
  next.addEventListener("click", async () => {
    limit += STEP;
    await more(limit + 1);
    draw();
  });
  await more(STEP + 1);
  await draw();
  // A range of ordinary size is read to its end, so that every category is there to choose.
  if (total <= WHOLE) more(Infinity).then(draw);
  return h("div", { class: "browse", part: "browse" }, nav, h("div", {}, h("div", { class: "tools" }, search, choices), status, cards, next));
};

export const SECTIONS = { brand };

// @ts-check
/**
 * Compares products of the assortment side by side: differences stand out, the reader chooses which.
 *
 * @typedef {import("./view.js").Context} Context
 * @typedef {import("./view.js").Json} Json
 */

/** The look of this part. */
export const LOOK = new CSSStyleSheet();
LOOK.replaceSync("@inline compare.css");

/** Columns that still fit a screen and a mind. */
const MOST = 4;

/** What the products differ in comes from their specs, in order of first sight. @param {Json[]} products */
export const rows = (products) => {
  /** @type {Map<string, {group: string, label: string, texts: string[]}>} */
  const table = new Map();
  products.forEach((product, column) => {
    for (const { group, items } of product.specs ?? []) {
      for (const { key, label, text } of items) {
        const row = table.get(key) ?? { group, label, texts: products.map(() => "") };
        row.texts[column] = text;
        table.set(key, row);
      }
    }
  });
  return [...table.values()];
};

/** Pages that are read for products to choose from, and products that are enough. */
const PAGES = 12;
const ENOUGH = 40;

/** Products of the same category: they stand near in the catalog, so pages are read from there outwards. @param {Context} context @param {Json[]} chosen */
const candidates = async ({ head, page, kit: { place } }, chosen) => {
  const first = chosen[0];
  const category = (/** @type {Json} */ product) => (product.category ?? []).map((/** @type {Json} */ { code }) => code).join("/");
  const count = head.pages ? head.pages.length : head.tables.length * head.span;
  const steps = Array.from({ length: 2 * PAGES }, (_, step) => place(first) + (step % 2 ? -1 : 1) * Math.ceil(step / 2));
  /** @type {Json[]} */
  const near = [];
  for (const number of steps.filter((one) => one >= 0 && one < count).slice(0, PAGES)) {
    const read = await page(number).catch(() => ({ docs: {} })); // the last table may be short
    near.push(.../** @type {Json[]} */ (Object.values(read.docs)).filter((product) => category(product) == category(first)));
    if (near.length >= ENOUGH) break;
  }
  return near.sort((a, b) => a.title.localeCompare(b.title, undefined, { numeric: true }));
};

/** @param {Context} context */
const compare = async (context) => {
  const h = context.kit.h;
  const search = context.search;
  const keys = context.keys;
  const wanted = (context.host.getAttribute("skus") ?? "").split(/[\s,]+/).filter(Boolean).map((sku) => keys({ sku }));
  const lists = wanted.length ? wanted : [context.ids];
  if (!lists[0]?.length) throw new context.Failure("identifier", true);
  const found = await Promise.all(lists.slice(0, MOST).map((one) => search(one).catch((error) => {
    if (error.missing) return undefined; // one that may not be shown is left out
    throw error;
  })));
  const chosen = found.filter((one) => one !== undefined);
  if (!chosen.length) throw new context.Failure("not-found", true);
  const place = h("div", { class: "columns" });
  let turn = 0;
  const redraw = async () => {
    const mine = ++turn;
    const offers = await Promise.all(chosen.map(context.offered));
    if (mine == turn) place.replaceChildren(table(context, chosen, offers, others, redraw));
  };
  /** @type {Json[]} */
  let others = [];
  await redraw();
  candidates(context, chosen).then((near) => {
    others = near;
    redraw();
  }, () => {});
  return h("div", { class: "compare", part: "compare" }, place);
};

/** @param {Context} context @param {Json[]} chosen @param {(Json | undefined)[]} offers of each @param {Json[]} others @param {() => void} redraw */
const table = ({ kit: { h, picture, cost }, root, say }, chosen, offers, others, redraw) => {
  const free = others.filter(({ sku }) => !chosen.some((one) => one.sku == sku));
  /** @param {Json} product @param {number} column */
  const head = (product, column) => {
    const remove = h("button", { type: "button", class: "more", "aria-label": say("remove", { name: product.title }) }, say("remove-short"));
    remove.addEventListener("click", () => {
      chosen.splice(column, 1);
      redraw();
    });
    return h("th", { scope: "col" },
      h("button", { type: "button", class: "card", "data-act": "open", "data-sku": product.sku },
        h("span", { class: "plate" }, picture(product.media?.[0] && { ...product.media[0], alt: "" }, root)),
        h("span", { class: "name" }, product.title)),
      cost(say, product.price, offers[column]), chosen.length > 1 && remove);
  };
  const lines = rows(chosen).map(({ label, texts }) => {
    const differs = new Set(texts).size > 1;
    return h("tr", { class: differs ? "differs" : "same" }, h("th", { scope: "row" }, label),
      ...texts.map((text) => h("td", {}, differs && text ? h("strong", {}, text) : text || "–")));
  });
  const only = /** @type {HTMLInputElement} */ (h("input", { type: "checkbox" }));
  const add = free.length > 0 && chosen.length < MOST && /** @type {HTMLSelectElement} */ (h("select", { "aria-label": say("add") },
    h("option", { value: "" }, say("add")), ...free.map(({ sku, title }) => h("option", { value: sku }, title))));
  if (add) add.addEventListener("change", () => {
    const other = free.find(({ sku }) => sku == add.value);
    if (other) chosen.push(other);
    redraw();
  });
  const drawn = h("table", {}, h("thead", {}, h("tr", {}, h("td", {}), ...chosen.map(head))), h("tbody", {}, ...lines));
  only.addEventListener("change", () => drawn.classList.toggle("only", only.checked));
  return h("div", {},
    h("div", { class: "tools" }, add, chosen.length > 1 && h("label", {}, only, " ", say("differences"))),
    h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": say("compare") }, drawn));
};

export const SECTIONS = { compare };

// @ts-check
/**
 * Draws what a shopper reads before deciding: features, specs, documents, what belongs to it, help.
 *
 * @typedef {import("./product.js").Context} Context
 * @typedef {import("./product.js").Json} Json
 */

/** Rows of a spec table that are drawn at once; the others wait for the button or a search. */
const ROWS = 60;
/** Tables from so many rows on can be searched. */
const MANY = 12;

/** Relations in the order in which a buyer asks for them. */
const KINDS = ["part", "accessory", "successor", "alternative", "spare_part"];

/** Units of readers who do not measure in metres: factor, offset, name, for `Intl` or as text. @type {{[unit: string]: [number, number, string]}} */
const CUSTOMARY = {
  kg: [2.204623, 0, "lb"], g: [0.03527396, 0, "oz"], mm: [0.03937008, 0, "in"], cm: [0.3937008, 0, "in"], m: [3.28084, 0, "ft"],
  km: [0.6213712, 0, "mi"], "km/h": [0.6213712, 0, "mph"], l: [0.2641721, 0, "gal"], "°C": [1.8, 32, "°F"], Nm: [0.7375621, 0, "lb·ft"],
};

/** @param {Json} item @param {string} reader @returns {string} the text in the reader's habit */
export const habitual = ({ text, value, unit }, reader) => {
  const other = /-(US|LR|MM)$/i.test(reader) && unit ? CUSTOMARY[unit] : undefined;
  if (!other || value === undefined) return text;
  const written = [value].flat().map((number) =>
    new Intl.NumberFormat(reader, { maximumSignificantDigits: 3 }).format(number * other[0] + other[1]));
  return `${written.join("–")} ${other[2]}`;
};

/** @param {Context} context */
const features = ({ document: { features: list = [], lang = {} }, root, kit: { h, picture, rich } }) =>
  list.length > 0 && h("ul", { class: "features", part: "features", role: "list", lang: lang.features },
    ...list.map((/** @type {Json} */ { title, text, image }) =>
      h("li", { part: "feature", class: image && "pictured" }, picture(image, root), h("div", { dir: "auto" }, h("h3", {}, title), ...rich(text, root)))));

/** @param {Context} context */
const specs = ({ document: { specs: groups = [], lang = {} }, host, kit: { h, section }, say }) => {
  const count = groups.reduce((/** @type {number} */ sum, /** @type {Json} */ { items }) => sum + items.length, 0);
  if (!count) return null;
  const reader = /** @type {HTMLElement | null} */ (host.closest("[lang]"))?.lang ?? "";
  /** @param {Json} item */
  const row = (item) => h("tr", {}, h("th", { scope: "row", dir: "auto" }, item.label), h("td", { dir: "auto" }, habitual(item, reader)));
  const tables = h("div", { class: "groups", lang: lang.specs });
  const none = h("p", { class: "facts", role: "status" });
  /** @param {string} wanted @param {number} limit */
  const fill = (wanted, limit) => {
    let left = limit;
    let hits = 0;
    const drawn = groups.map((/** @type {Json} */ { group, items }) => {
      const fits = wanted ? items.filter((/** @type {Json} */ { label, text }) => `${group} ${label} ${text}`.toLowerCase().includes(wanted)) : items;
      const rows = fits.slice(0, left);
      hits += fits.length;
      left -= rows.length;
      return rows.length ? h("table", { part: "table" }, group && h("caption", {}, group), h("tbody", {}, ...rows.map(row))) : "";
    });
    const more = hits > limit && h("button", { type: "button", class: "more", part: "more" }, say("all", { count: hits }));
    if (more) more.addEventListener("click", () => fill(wanted, Infinity));
    tables.replaceChildren(...drawn, more || "");
    none.textContent = wanted ? say("hits", { count: hits }) : "";
  };
  fill("", ROWS);
  const search = count > MANY && h("input", { type: "search", class: "find", part: "search", placeholder: say("search"), "aria-label": say("search") });
  if (search) search.addEventListener("input", () => fill(/** @type {HTMLInputElement} */ (search).value.trim().toLowerCase(), ROWS));
  return section(say, "specs", search, search && none, tables);
};

/** @param {Context} context */
const documents = ({ document: { documents: files = [] }, locale, root, kit: { h, safe, section }, say }) =>
  files.length > 0 && section(say, "documents",
    h("ul", { role: "list" }, ...files.map((/** @type {Json} */ { src, type, title, language, size, pages, version }) => {
      const facts = [title && say(`doc-${type}`), version, language && named(locale, language), pages && say("pages", { count: pages }), size && bytes(locale, size)];
      return h("li", {}, h("a", { href: safe(src, root), target: "_blank", rel: "noopener", hreflang: language, part: "document" },
        h("span", { class: "name" }, title || say(`doc-${type}`)), h("span", { class: "facts" }, facts.filter(Boolean).join(" · "))));
    })));

/** @param {Context} context */
const relations = ({ document: { relations: kinds = {} }, root, kit: { h, picture, section }, say }) =>
  KINDS.filter((kind) => kinds[kind]).map((kind) =>
    section(say, kind, h("ul", { class: "cards", role: "list" },
      ...kinds[kind].map((/** @type {Json} */ { sku, title, brand, image, quantity }) =>
        h("li", {}, h("button", { type: "button", class: "card", part: "card", "data-act": "open", "data-sku": sku },
          h("span", { class: "plate" }, picture(typeof image == "string" ? { src: image } : image && { ...image, alt: "" }, root)),
          h("span", { class: "name" }, quantity > 1 && `${quantity} × `, title), brand && h("span", { class: "facts" }, brand)))))));

/** @param {Context} context */
const support = ({ document: { support: { contacts = [], questions = [] } = {}, lang = {} }, root, kit: { h, safe, rich, section }, say }) =>
  contacts.length + questions.length > 0 && section(say, "support",
    h("div", { class: "help", lang: lang.support },
      questions.length > 0 && h("div", { class: "questions" }, ...questions.map((/** @type {Json} */ { question, answer }) =>
        h("details", { part: "question", dir: "auto" }, h("summary", {}, question), h("div", { class: "text" }, ...rich(answer, root))))),
      contacts.length > 0 && h("ul", { class: "contacts", role: "list" }, ...contacts.map((/** @type {Json} */ { name, phone, email, url, hours }) =>
        h("li", { part: "contact" }, h("strong", {}, name),
          phone && h("a", { href: safe(`tel:${phone.replace(/[^+\d]/g, "")}`, root) }, h("bdi", {}, phone)),
          email && h("a", { href: safe(`mailto:${email}`, root) }, email),
          url && h("a", { href: safe(url, root), target: "_blank", rel: "noopener" }, say("website")),
          hours && h("span", { class: "facts" }, hours))))));

/** The configurator waits for a click: it is an app of its own, and most readers only read. @param {Context} context */
const configurator = ({ document: { configurator: app, sku, price }, offer, locale, root, kit: { h, section }, say }) => {
  if (!app) return null;
  /** @type {Json} */
  const facts = { type: "button", class: "action", part: "configure", "data-act": "configure", "data-for": sku, "data-lang": locale };
  facts["data-base-price"] = offer?.price && offer.currency == price?.currency && offer.price;
  facts["data-availability"] = offer?.availability;
  for (const file of ["app", "rules", "labels"]) {
    facts[`data-${file}`] = new URL(app[file].src, root).href;
    facts[`data-${file}-integrity`] = app[file].integrity;
  }
  return section(say, "configurator", h("button", facts, h("span", {}, say("configure"))));
};

/** @param {string} locale @param {string} language */
const named = (locale, language) => {
  try {
    return new Intl.DisplayNames([locale], { type: "language" }).of(language);
  } catch {
    return language; // not a language tag
  }
};

/** @param {string} locale @param {number} size */
const bytes = (locale, size) => {
  const mega = size >= 1e6;
  return new Intl.NumberFormat(locale, { style: "unit", unit: mega ? "megabyte" : "kilobyte", maximumFractionDigits: mega ? 1 : 0 }).format(size / (mega ? 1e6 : 1e3));
};

export const SECTIONS = { features, configurator, specs, documents, relations, support };

// @ts-check
/**
 * What a reader does with a table of specs: search it, see all of a long one, and read measures in
 * feet and pounds where that is the habit. It works on what the script drew and on what a server drew.
 *
 * @typedef {{[key: string]: any}} Json
 * @typedef {{text: string, make: () => HTMLElement}} Row
 * @typedef {{caption: string, rows: Row[]}} Group
 */

/** Rows that are shown at once, and rows that are made in one go when all are asked for. */
const ROWS = 60;
const BATCH = 400;

/** Units of readers who do not measure in metres: factor, offset, name. @type {{[unit: string]: [number, number, string]}} */
const CUSTOMARY = {
  kg: [2.204623, 0, "lb"], g: [0.03527396, 0, "oz"], mm: [0.03937008, 0, "in"], cm: [0.3937008, 0, "in"], m: [3.28084, 0, "ft"],
  km: [0.6213712, 0, "mi"], "km/h": [0.6213712, 0, "mph"], l: [0.2641721, 0, "gal"], "°C": [1.8, 32, "°F"], Nm: [0.7375621, 0, "lb·ft"],
};

/** @param {Json} item @param {string} reader @returns {string} the text in the reader's habit */
export const habitual = ({ text, value, unit }, reader) => {
  const other = /-(US|LR|MM)$/i.test(reader) && unit ? CUSTOMARY[unit] : undefined;
  if (!other || value === undefined) return text;
  const written = [value].flat().map((number) =>
    new Intl.NumberFormat(reader, { maximumSignificantDigits: 3, numberingSystem: "latn" }).format(number * other[0] + other[1]));
  return `${written.join("–")} ${other[2]}`;
};

/** What a section holds, read once, and as it was drawn. @type {WeakMap<Element, {groups: Group[], first: Node[]}>} */
const known = new WeakMap();
/** The newest wish of a section; an older one stops. @type {WeakMap<Element, string>} */
const wishes = new WeakMap();

/**
 * Show the rows that fit what is written in the search field; all of them after the button.
 * @param {HTMLElement} control the field or the button @param {HTMLElement} host
 * @param {Json | undefined} document the product, where the script drew it
 */
export const list = async (control, host, document) => {
  const section = /** @type {HTMLElement} */ (control.closest("section"));
  const field = /** @type {HTMLInputElement} */ (section.querySelector("[data-act=search]"));
  const place = /** @type {HTMLElement} */ (section.querySelector(".groups"));
  const reader = /** @type {HTMLElement | null} */ (host.closest("[lang]"))?.lang ?? "";
  const held = known.get(section) ?? { groups: document ? planned(document, reader) : drawn(place), first: [...place.childNodes] };
  known.set(section, held);
  const words = field.value.trim().toLowerCase();
  const all = control != field;
  const wish = `${all} ${words}`;
  if ((wishes.get(section) ?? "false ") == wish) return; // nothing else than what is shown
  wishes.set(section, wish);
  const groups = held.groups.map(({ caption, rows }) => ({ caption, rows: rows.filter(({ text }) => text.includes(words)) }));
  const hits = groups.reduce((sum, { rows }) => sum + rows.length, 0);
  /** @param {string} text */
  const counted = (text) => text.replace("{count}", String(hits));
  /** @type {HTMLElement} */ (section.querySelector("[role=status]")).textContent = words ? counted(field.dataset.hits ?? "") : "";
  if (!all && !words && place.matches(".halves")) return place.replaceChildren(...held.first);
  const pieces = cut(groups, all ? Infinity : ROWS);
  place.replaceChildren();
  for (const { caption, rows } of pieces) {
    if (wishes.get(section) != wish) return;
    fill(place, caption, rows);
    if (all) await new Promise((next) => setTimeout(next));
  }
  if (all || hits <= ROWS) return;
  const more = window.document.createElement("button");
  Object.assign(more, { type: "button", className: "more", textContent: counted(field.dataset.all ?? "") });
  more.dataset.act = "all";
  more.part.add("more");
  place.append(more);
};

/** Groups as pieces that are made in one go, up to a number of rows. @param {Group[]} groups @param {number} limit @returns {Group[]} */
const cut = (groups, limit) => {
  /** @type {Group[]} */
  const pieces = [];
  for (const { caption, rows } of groups) {
    const shown = rows.slice(0, limit);
    limit -= shown.length;
    for (let at = 0; at < shown.length; at += BATCH) pieces.push({ caption, rows: shown.slice(at, at + BATCH) });
  }
  return pieces;
};

/** Put rows into the table of their group, which is the last one or a new one. @param {HTMLElement} place @param {string} caption @param {Row[]} rows */
const fill = (place, caption, rows) => {
  let table = /** @type {HTMLTableElement | null} */ (place.lastElementChild);
  if (!table || (table.caption?.textContent ?? "") != caption) {
    table = window.document.createElement("table");
    table.part.add("table");
    if (caption) table.createCaption().textContent = caption;
    table.createTBody();
    place.append(table);
  }
  table.tBodies[0].append(...rows.map(({ make }) => make()));
};

/** @param {Json} document @param {string} reader @returns {Group[]} */
const planned = ({ specs }, reader) =>
  specs.map((/** @type {Json} */ { group = "", items }) => ({
    caption: group,
    rows: items.map((/** @type {Json} */ item) => ({
      text: `${group} ${item.label} ${item.text}`.toLowerCase(),
      make: () => row(item.label, habitual(item, reader)),
    })),
  }));

/** @param {HTMLElement} place @returns {Group[]} */
const drawn = (place) =>
  [...place.querySelectorAll("table")].map((table) => {
    const caption = table.caption?.textContent ?? "";
    return { caption, rows: [...table.rows].map((row) => ({ text: [caption, ...[...row.cells].map((cell) => cell.textContent)].join(" ").toLowerCase(), make: () => /** @type {HTMLElement} */ (row.cloneNode(true)) })) };
  });

/** @param {string} label @param {string} text */
const row = (label, text) => {
  const made = window.document.createElement("tr");
  const head = window.document.createElement("th");
  const cell = window.document.createElement("td");
  head.scope = "row";
  for (const [one, words] of /** @type {[HTMLElement, string][]} */ ([[head, label], [cell, text]])) {
    one.dir = "auto";
    one.textContent = words;
  }
  made.append(head, cell);
  return made;
};

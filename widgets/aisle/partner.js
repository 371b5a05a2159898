// @ts-check
/**
 * What the partner's page itself says: which product it is about, its own price, stock and promotion,
 * its own words. The partner owns these fields: whatever it says wins over the manufacturer, and an
 * offer past its validity is not shown at all.
 *
 * @typedef {{[key: string]: any}} Json
 */

/** The blocks of the page that concern an element, together: `offers`, `words`, `featured`. @param {HTMLElement} host @returns {Json} */
export const told = (host) => {
  const blocks = [...document.querySelectorAll('script[type="application/syndicator+json"]')];
  const mine = blocks.filter((block) => host.contains(block) || !block.closest("[partner]"));
  return Object.assign({}, ...mine.map((block) => {
    try {
      return JSON.parse(block.textContent || "{}");
    } catch {
      return {}; // the partner's slip must not cost the product
    }
  }));
};

/**
 * The keys of the product that the page's own structured data (JSON-LD, schema.org Product) is about,
 * where the tag names none.
 * @param {import("./view.js").Task} task @returns {string[]}
 */
export const match = ({ keys, Failure }) => {
  const ids = keys(identify(document));
  if (!ids.length) throw new Failure("identifier", true);
  return ids;
};

/** Longest wait in milliseconds for the partner's server or function. */
const WAIT = 3000;

/** Every node of a JSON-LD document, however deep. @param {any} value @returns {Json[]} */
const nodes = (value) =>
  value && typeof value == "object" ? [value, ...Object.values(value).flatMap(nodes)] : [];

/** The first text or number of a value that may be a list. @param {any} value @returns {string} */
const first = (value) => String([value].flat()[0] ?? "");

/**
 * The identifiers of the page's product; empty where it names none, or several that differ, since a
 * category page must not show a product by chance.
 * @param {Document} page @returns {Json}
 */
const identify = (page) => {
  const found = [...page.querySelectorAll('script[type="application/ld+json"]')].flatMap((block) => {
    try {
      return nodes(JSON.parse(block.textContent || ""));
    } catch {
      return []; // another tag's slip
    }
  });
  const products = found.filter((node) => [node["@type"]].flat().some((type) => /^(.*\/)?(Product|IndividualProduct|ProductModel)$/.test(type ?? "")));
  const told = products.map((node) => ({
    sku: first(node.sku),
    gtin: first(node.gtin ?? node.gtin14 ?? node.gtin13 ?? node.gtin12 ?? node.gtin8),
    brand: first(typeof node.brand == "object" ? [node.brand].flat()[0]?.name : node.brand),
    mpn: first(node.mpn),
  }));
  const known = told.filter(({ sku, gtin, brand, mpn }) => sku || gtin || (brand && mpn));
  return new Set(known.map((one) => one.gtin || one.sku || one.mpn)).size == 1 ? known[0] : {};
};

/** @param {Json | undefined} offer @param {Date} now */
const fresh = (offer, now) => offer && !(offer.validUntil && !(new Date(offer.validUntil) > now));

/** @param {Json | undefined} list @param {Json} product @returns {Json | undefined} */
const pick = (list, { sku, gtin }) => list?.[sku] ?? (gtin && (list?.[gtin] ?? list?.[gtin.replace(/^0+/, "")]));

/** Attributes of the element. @param {HTMLElement} host @returns {Json | undefined} */
const attributes = (host) => {
  /** @type {Json} */
  const offer = {};
  for (const [name, field] of Object.entries({ price: "price", currency: "currency", availability: "availability", delivery: "delivery", promotion: "promotion", "valid-until": "validUntil", updated: "updated" })) {
    const value = host.getAttribute(name);
    if (value) offer[field] = value;
  }
  return Object.keys(offer).length ? offer : undefined;
};

/** What servers answered, by address, as long as what the page says of one drawing. @type {WeakMap<Json, Map<string, Promise<Json>>>} */
const asked = new WeakMap();

/**
 * From the partner's server or the publisher's. An address that names no product answers for all at
 * once; one that names a product is asked for the product of the element alone.
 * @param {HTMLElement} host @param {Json} product @param {Json} own @param {boolean} mine
 */
const served = async (host, product, own, mine) => {
  const pattern = host.getAttribute("offers");
  const each = /\{(sku|gtin)\}/.test(pattern ?? "");
  if (!pattern || (each && !mine)) return undefined;
  const url = pattern.replace("{sku}", encodeURIComponent(product.sku)).replace("{gtin}", encodeURIComponent(product.gtin ?? ""));
  const answers = asked.get(own) ?? new Map();
  asked.set(own, answers);
  if (!answers.has(url)) {
    const answer = fetch(new URL(url, document.baseURI), { credentials: "same-origin", signal: AbortSignal.timeout(WAIT) });
    answers.set(url, answer.then((one) => (one.ok ? one.json() : {})));
  }
  const told = await answers.get(url);
  return pick(told.offers, product) ?? (each ? told.offer : undefined);
};

/** The partner's function, or an object. @param {HTMLElement & {offers?: any}} host @param {Json} product */
const called = async (host, product) =>
  typeof host.offers == "function" ? Promise.race([host.offers(product.sku, product), new Promise((next) => setTimeout(next, WAIT))]) : pick(host.offers, product);

/**
 * Put the partner's words together, field by field: attributes, then the block in the page, then the
 * function or object, then the server. A source that fails is a source that says nothing.
 * @param {Json} product @param {string} locale @param {HTMLElement} host @param {Json} own
 * @param {boolean} mine whether it is the product of the element, which its attributes speak of
 * @returns {Promise<Json | undefined>}
 */
export const resolve = async (product, locale, host, own, mine) => {
  const now = new Date();
  const nothing = () => undefined;
  const sources = [mine ? attributes(host) : undefined, pick(own.offers, product), ...(await Promise.all([called(host, product).catch(nothing), served(host, product, own, mine).catch(nothing)]))];
  const said = sources.filter((offer) => fresh(offer, now));
  if (!said.length) return undefined;
  const offer = Object.assign({}, ...said.reverse());
  return { ...offer, text: written(offer, locale), updated: instant(offer.updated, locale) };
};

/**
 * What answers with the offer for a product, asking once for each in one drawing.
 * @param {import("./view.js").Task} task @param {Json} document the element's own product @param {Json} own
 * @returns {(product: Json) => Promise<Json | undefined>}
 */
export const offers = ({ locale, host, keys, ids }, document, own) => {
  /** @type {Map<string, Promise<Json | undefined>>} */
  const known = new Map();
  return async (product) => {
    if (!product.sku) return undefined;
    const mine = product == document || keys(product).some((key) => ids.includes(key));
    if (!known.has(product.sku)) known.set(product.sku, resolve(product, locale, host, own, mine));
    return known.get(product.sku);
  };
};

/** @param {Json} offer @param {string} locale @returns {string} the price as the reader writes it */
const written = ({ price, currency = "EUR" }, locale) => {
  const amount = Number(price);
  if (!(price && amount >= 0)) return "";
  try {
    return new Intl.NumberFormat(locale, { style: "currency", currency }).format(amount);
  } catch {
    return ""; // not a currency
  }
};

/** @param {string | undefined} at @param {string} locale */
const instant = (at, locale) => {
  const date = new Date(at ?? NaN);
  return isNaN(date.getTime()) ? "" : new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" }).format(date);
};

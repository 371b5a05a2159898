// @ts-check
/**
 * The partner's own price, stock and promotion of a product. The partner owns these fields: whatever
 * it says wins over the manufacturer, and an offer past its validity is not shown at all.
 *
 * @typedef {{[key: string]: any}} Json
 */

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

/** From the partner's server or the publisher's. @param {HTMLElement} host @param {Json} product */
const served = async (host, product) => {
  const pattern = host.getAttribute("offers");
  if (!pattern) return undefined;
  const url = pattern.replace("{sku}", encodeURIComponent(product.sku)).replace("{gtin}", encodeURIComponent(product.gtin ?? ""));
  const answer = await fetch(new URL(url, document.baseURI), { credentials: "same-origin", signal: AbortSignal.timeout(3000) });
  const told = answer.ok ? await answer.json() : {};
  return pick(told.offers, product) ?? told.offer;
};

/** The partner's function. @param {HTMLElement & {offers?: any}} host @param {Json} product */
const called = async (host, product) =>
  typeof host.offers == "function" ? pick({ [product.sku]: await host.offers(product.sku, product) }, product) : pick(host.offers, product);

/**
 * Put the partner's words together, field by field: attributes, then the block in the page, then the
 * function or object, then the server. A source that fails is a source that says nothing.
 * @param {Json} product @param {string} locale @param {HTMLElement} host @param {Json} own
 * @returns {Promise<Json | undefined>}
 */
export const resolve = async (product, locale, host, own) => {
  const now = new Date();
  const nothing = () => undefined;
  const sources = [attributes(host), pick(own.offers, product), await called(host, product).catch(nothing), await served(host, product).catch(nothing)];
  const said = sources.filter((offer) => fresh(offer, now));
  if (!said.length) return undefined;
  const offer = Object.assign({}, ...said.reverse());
  return { ...offer, text: written(offer, locale), updated: instant(offer.updated, locale) };
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

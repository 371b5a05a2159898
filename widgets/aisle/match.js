// @ts-check
/**
 * Finds which product a page is about in the page's own structured data (JSON-LD, schema.org Product),
 * where the tag names none.
 *
 * @typedef {{[key: string]: any}} Json
 */

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
export const identify = (page) => {
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

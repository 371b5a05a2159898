// @ts-check
/**
 * The entry of the aisle: it defines the elements, finds the product's document in the published
 * files, verifies every byte beneath the head, and hands it to the part that draws it.
 *
 * A guest on somebody else's page: nothing is stored, logged or put on `window`; the element's own
 * children stay until the content is complete, and come back whenever it is not.
 *
 * @typedef {{[key: string]: any}} Json  Anything that was parsed.
 * @typedef {{document: Json, head: Json, root: string}} Found  A product of an edition.
 */

/** What the files that this one needs must hash to, and under "" their folder; written by the packaging. */
const PINS = /** @type {{[file: string]: string}} */ (/** @type {unknown} */ ("@pins"));

/** Longest wait in milliseconds, for one answer and for a whole product. */
const PATIENCE = 4000;

/** What each element shows; the names of sections are those of `product.js`. */
const VIEWS = {
  aisle: "hero text features specs documents relations support",
  product: "hero text features",
  gallery: "gallery",
  specs: "specs",
  documents: "documents",
  accessories: "relations",
  support: "support",
  offer: "offer",
};

/** Promises by address: what never changes is fetched once a page; failures are forgotten. */
const kept = new Map();
/** The newest generation that was seen of each edition; an older one is a replay. */
const newest = new Map();

/** Why nothing is shown; `missing` is an answer, everything else a fault. */
class Failure extends Error {
  /** @param {string} reason @param {boolean} [missing] */
  constructor(reason, missing) {
    super(reason);
    this.missing = missing;
  }
}

/** @template T @param {string} key @param {() => Promise<T>} make @returns {Promise<T>} */
const once = (key, make) => {
  if (!kept.has(key)) {
    const made = make();
    kept.set(key, made);
    made.catch(() => kept.delete(key));
  }
  return kept.get(key);
};

/**
 * Fetch one file. A wrong hash and an unreachable host look alike to scripts, so after a failure
 * the file is asked for again without its hash: if that works, the bytes were wrong.
 * @param {string} url @param {string} [integrity] @returns {Promise<Response>}
 */
const load = async (url, integrity) => {
  /** @param {string} [hash] */
  const ask = (hash) =>
    fetch(url, { integrity: hash, credentials: "omit", referrerPolicy: "no-referrer", signal: AbortSignal.timeout(PATIENCE) });
  /** @type {Response} */
  let answer;
  try {
    answer = await ask(integrity);
  } catch (error) {
    if (/** @type {Error} */ (error).name == "TimeoutError") throw new Failure("timeout");
    throw new Failure(integrity && (await ask().then((again) => again.ok, () => false)) ? "integrity" : "network");
  }
  if (!answer.ok) throw new Failure(answer.status == 404 ? "absent" : "http");
  return answer;
};

/** @param {string} url @param {string} [integrity] @returns {Promise<Json>} */
const json = async (url, integrity) => {
  const answer = await load(url, integrity);
  try {
    return await answer.json();
  } catch {
    throw new Failure("format");
  }
};

/** An object beneath the head, by its reference. @param {string} root @param {string[]} reference */
const object = (root, [name, integrity]) =>
  once(root + name, () => json(`${root}o/${name.slice(0, 2)}/${name}.json`, integrity));

/** @param {string} file */
const address = (file) => new URL((PINS[""] ?? "./") + file, import.meta.url).href;

/** A module of this package: preloaded against its hash, so that a changed byte never runs. @param {string} file @param {string} [integrity] */
const part = (file, integrity) =>
  once(file, async () => {
    const url = address(file);
    if (integrity) {
      const link = document.createElement("link");
      Object.assign(link, { rel: "modulepreload", crossOrigin: "anonymous", integrity, href: url });
      await new Promise((done, fail) => {
        link.onload = done;
        link.onerror = () => fail(new Failure("script"));
        document.head.append(link);
      }).finally(() => link.remove());
    }
    return import(url);
  });

/** Data of this package. @param {string} file @param {string} [integrity] */
const data = (file, integrity) => once(file, () => json(address(file), integrity));

/** The stylesheet, shared by every element of the page. */
const sheet = () =>
  once("sheet", async () => {
    const answer = await load(address("aisle.css"), PINS["aisle.css"]);
    return new CSSStyleSheet().replace(await answer.text());
  });

/** @param {string} key @returns {Promise<string>} the first 8 hexadecimal digits of its SHA-256 */
const hashed = async (key) => {
  if (!globalThis.crypto?.subtle) throw new Failure("insecure");
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(key));
  return [...new Uint8Array(digest, 0, 4)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
};

/** The lookup keys of a product or of an element's attributes. @param {Json} of @returns {string[]} */
export const keys = ({ sku, gtin, brand, mpn }) =>
  [
    sku && `sku:${sku.trim()}`,
    gtin && `gtin:${gtin.replace(/\D/g, "").padStart(14, "0")}`,
    brand && mpn && `mpn:${brand.trim()}|${mpn.trim()}`,
  ].filter(Boolean).map((key) => key.toLowerCase());

/** @param {Json} entry @param {string} locale @returns {string} the edition for the reader's language */
const choose = ({ editions, default: fallback }, locale) => {
  const names = Object.keys(editions);
  const wanted = locale.toLowerCase();
  const language = wanted.split("-")[0];
  const name =
    names.find((one) => one.toLowerCase() == wanted) ??
    names.find((one) => one.toLowerCase() == language) ??
    names.find((one) => one.toLowerCase().startsWith(`${language}-`));
  return editions[name ?? fallback];
};

/** The head of the edition that a partner shows in a language. @param {string} root @param {string} partner @param {string} locale */
export const edition = async (root, partner, locale) => {
  const entry = await json(`${root}p/${encodeURIComponent(partner)}.json`).catch((error) => {
    throw error.message == "absent" ? new Failure("partner", true) : error;
  });
  const id = choose(entry, locale);
  const head = await json(`${root}e/${id}.json`);
  if (head.generation < newest.get(id)) throw new Failure("replay");
  newest.set(id, head.generation);
  return head;
};

/**
 * Find one product: head, lookup, page. Cost: one page where the head holds the lookup.
 * @param {string} root @param {Json} head @param {string[]} wanted @returns {Promise<Json>}
 */
export const find = async (root, head, wanted) => {
  for (const key of wanted) {
    const hash = await hashed(key);
    const holder = head.lookup
      ? head
      : await object(root, head.lookups[Math.floor((parseInt(hash, 16) / 2 ** 32) * head.lookups.length)]);
    for (const number of holder.lookup[hash] ?? []) {
      const reference = head.pages
        ? head.pages[number]
        : (await object(root, head.tables[number >> 6])).pages[number & 63];
      const page = await object(root, reference);
      for (const document of Object.values(page.docs)) if (keys(document).includes(key)) return document;
    }
  }
  throw new Failure("not-found", true);
};

/** One element: attributes in, a drawn product or the partner's own children out. */
class Aisle extends HTMLElement {
  static observedAttributes = ["partner", "lang", "sku", "gtin", "brand", "mpn", "src"];

  /** The run that may still draw; a newer one, or removal, ends it. */
  #run = 0;
  /** What is shown now, as the question that it answers. */
  #shown = "";
  /** @type {IntersectionObserver | undefined} */
  #near;
  #root = this.attachShadow({ mode: "open" });

  /** What the element draws, as names of sections. */
  get sections() {
    return VIEWS[/** @type {keyof typeof VIEWS} */ (this.localName.slice(11))].split(" ");
  }

  connectedCallback() {
    if (!this.#shown) this.#fallback();
    this.#near = new IntersectionObserver(([seen]) => {
      if (!seen.isIntersecting) return;
      this.#near?.disconnect();
      this.refresh();
    }, { rootMargin: "800px" });
    this.#near.observe(this);
  }

  disconnectedCallback() {
    this.#near?.disconnect();
    this.#run++;
  }

  attributeChangedCallback() {
    if (this.isConnected && this.#run) this.refresh();
  }

  /** Look again, for instance after a long pause; resolves when the outcome is on the page. */
  async refresh() {
    const run = ++this.#run;
    await null; // several attributes set in one go are one question
    const question = this.#question();
    if (run != this.#run || this.#shown == String(question)) return;
    const late = new Promise((_, fail) => setTimeout(fail, PATIENCE, new Failure("timeout")));
    try {
      const drawn = await Promise.race([late, this.#compose(...question)]);
      if (run != this.#run || !this.#tell("replace", drawn.detail, true)) return;
      this.#root.adoptedStyleSheets = [drawn.style];
      this.#root.replaceChildren(...drawn.nodes);
      this.#shown = String(question);
      this.#tell("view", drawn.detail);
    } catch (error) {
      if (run == this.#run) this.#fail(/** @type {Failure} */ (error), question[3]);
    }
  }

  /** @returns {[string, string, string, string[]]} */
  #question() {
    /** @param {string} name */
    const told = (name) => this.getAttribute(name) ?? this.closest(`[data-syndicator-${name}]`)?.getAttribute(`data-syndicator-${name}`) ?? "";
    const root = new URL(told("src") || "../../../", told("src") ? this.ownerDocument.baseURI : import.meta.url).href;
    const locale = /** @type {HTMLElement | null} */ (this.closest("[lang]"))?.lang || navigator.language;
    return [root, told("partner"), locale, keys({ sku: told("sku"), gtin: told("gtin"), brand: told("brand"), mpn: told("mpn") })];
  }

  /** Everything that drawing needs, fetched side by side where it can be. */
  async #compose(/** @type {string} */ root, /** @type {string} */ partner, /** @type {string} */ locale, /** @type {string[]} */ ids) {
    if (!partner || !ids.length) throw new Failure(partner ? "identifier" : "partner", true);
    const drawing = Promise.all([part("product.js", PINS["product.js"]), sheet()]);
    drawing.catch(() => {}); // told below, unless the product is missing anyway
    const head = await edition(root, partner, locale);
    const document = await find(root, head, ids);
    const ready = await drawing;
    const nodes = await ready[0].draw({ document, root, locale: head.locale, sections: this.sections, host: this, part, data });
    const detail = { sku: document.sku, document, locale: head.locale, edition: head.edition, generation: head.generation };
    return { nodes, style: ready[1], detail };
  }

  /** @param {Failure} error @param {string[]} ids */
  #fail(error, ids) {
    // A fault leaves the last good content; a product that is gone leaves the page.
    if (error.missing || !this.#shown) this.#fallback();
    const reason = error instanceof Failure ? error.message : "render";
    this.#tell(error.missing ? "missing" : "error", { reason, identifiers: ids, error });
  }

  #fallback() {
    this.#shown = "";
    this.#root.replaceChildren(document.createElement("slot"));
  }

  /** @param {string} name @param {Json} detail @param {boolean} [cancelable] @returns {boolean} */
  #tell(name, detail, cancelable) {
    return this.dispatchEvent(new CustomEvent(`syndicator-${name}`, { bubbles: true, composed: true, cancelable, detail }));
  }
}

for (const view of Object.keys(VIEWS)) {
  const name = `syndicator-${view}`;
  if (!customElements.get(name)) customElements.define(name, class extends Aisle {});
}

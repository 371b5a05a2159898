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

/** The elements, and what those show that have more than the one section of their name. */
const NAMES = "aisle product gallery specs documents accessories support offer compare contact brand".split(" ");
/** @type {{[name: string]: string}} */
const VIEWS = {
  aisle: "hero text features configurator specs documents relations support",
  product: "hero text features",
  accessories: "relations",
};

/**
 * @typedef {{root: string, partner: string, locale: string, key: string, hint: string, ids: string[]}} Question
 *   What an element asks: where, for whom, in which language, trusting which key, with which edition
 *   in mind, which product.
 */

/** Promises by address: what never changes is fetched once a page; failures are forgotten. */
const kept = new Map();
/** The newest generation that was seen of each address; an older one is a replay. */
const newest = new Map();

/** Why nothing is shown; `missing` is an answer, everything else a fault. */
class Failure extends Error {
  /** @param {string} reason @param {boolean} [missing] */
  constructor(reason, missing) {
    super(reason);
    this.missing = missing;
  }
}

/**
 * Make something once for everybody on the page. What may change is asked for again later, when the
 * browser's cache decides; failures are forgotten at once.
 * @template T @param {string} key @param {() => Promise<T>} make @param {boolean} [brief] @returns {Promise<T>}
 */
const once = (key, make, brief) => {
  if (!kept.has(key)) {
    const made = make();
    const forget = () => kept.delete(key);
    kept.set(key, made);
    made.then(() => brief && forget(), forget);
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
  /** @type {Response | undefined} */
  let answer;
  try {
    answer = await ask(integrity);
  } catch (error) {
    if (/** @type {Error} */ (error).name == "TimeoutError") throw new Failure("timeout");
    if (integrity) answer = await ask().then((again) => again.text().then(() => again)).catch(() => undefined);
    if (answer?.ok) throw new Failure("integrity");
  }
  if (!answer) throw new Failure("network");
  if (!answer.ok) throw new Failure(answer.status == 404 ? "absent" : "http");
  return answer;
};

/** @param {string} text @returns {Json} */
const parse = (text) => {
  try {
    const value = JSON.parse(text);
    if ((value.format ?? 1) == 1) return value;
  } catch {} // told below, like a format that this version does not know
  throw new Failure("format");
};

/** @param {string} url @param {string} [integrity] @returns {Promise<Json>} */
const json = async (url, integrity) => parse(await (await load(url, integrity)).text());

/**
 * A document that may change: checked by its signature where the tag names the publisher's key, and
 * never older than one that was seen before.
 * @param {string} url @param {string} key @returns {Promise<Json>}
 */
const signed = (url, key) =>
  once(url, async () => {
    const seal = key && part("seal.js", PINS["seal.js"]);
    const text = await (await load(url)).text();
    if (seal && !(await (await seal).genuine(text, key))) throw new Failure("signature");
    const value = parse(text);
    if (value.generation < newest.get(url)) throw new Failure("replay");
    newest.set(url, value.generation);
    return value;
  }, true);

/** An object beneath the head, by its reference. @param {string} root @param {string[]} reference */
const object = (root, [name, integrity]) =>
  once(root + name, () => json(`${root}o/${name.slice(0, 2)}/${name}.json`, integrity));

/** @param {string} file */
const address = (file) => new URL(file, new URL(PINS[""] ?? "./", import.meta.url)).href;

/** A module of this package, or of an app: preloaded against its hash, so that a changed byte never runs. @param {string} file @param {string} [integrity] */
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

/** A text of this package. @param {string} file @param {string} [integrity] */
const data = (file, integrity) => once(file, async () => (await load(address(file), integrity)).text());

/** @param {string} key @returns {Promise<number>} the first 32 bits of its SHA-256 */
const hashed = async (key) => {
  if (!isSecureContext) throw new Failure("insecure");
  return new DataView(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(key))).getUint32(0);
};

/** The lookup keys of a product or of an element's attributes. @param {Json} of @returns {string[]} */
const keys = ({ sku, gtin, brand, mpn }) =>
  [
    sku && `sku:${sku.trim()}`,
    gtin && `gtin:${gtin.replace(/\D/g, "").padStart(14, "0")}`,
    brand && mpn && `mpn:${brand.trim()}|${mpn.trim()}`,
  ].filter(Boolean).map((key) => key.toLowerCase());

/** @param {Json} entry @param {string} locale @returns {string} the edition for the reader's language */
const choose = ({ editions, default: fallback }, locale) => {
  const wanted = locale.toLowerCase();
  // Canonical JSON is sorted, so the plain language stands before its regions.
  const names = Object.keys(editions);
  const name =
    names.find((one) => one.toLowerCase() == wanted) ??
    names.find((one) => one.toLowerCase().split("-")[0] == wanted.split("-")[0]);
  return editions[name ?? fallback];
};

/** The head of the edition that a partner shows in a language. @param {Question} question @returns {Promise<Json>} */
const edition = async ({ root, partner, locale, key, hint }) => {
  /** @param {string} id */
  const head = (id) => signed(`${root}e/${id}.json`, key);
  const early = hint && head(hint); // on its way while the entry confirms it
  if (early) early.catch(() => {});
  const entry = await signed(`${root}p/${encodeURIComponent(partner)}.json`, key).catch((error) => {
    throw error.message == "absent" ? new Failure("partner", true) : error;
  });
  const id = choose(entry, locale);
  return early && id == hint ? early : head(id);
};

/**
 * Find one product: head, lookup, page. Cost: one page where the head holds the lookup.
 * @param {string} root @param {Json} head @param {string[]} wanted @returns {Promise<Json>}
 */
const find = async (root, head, wanted) => {
  for (const key of wanted) {
    const hash = await hashed(key);
    let holder = head;
    for (let rest = hash / 2 ** 32; holder.lookups; rest %= 1) {
      rest *= holder.lookups.length; // the next bits of the hash are now the whole part
      holder = await object(root, holder.lookups[Math.floor(rest)]);
    }
    for (const number of holder.lookup[hash.toString(16).padStart(8, "0")] ?? []) {
      const page = await object(root, await reference(root, head, number));
      for (const document of Object.values(page.docs)) if (keys(document).includes(key)) return document;
    }
  }
  throw new Failure("not-found", true);
};

/** The reference of a page, down the tree of tables. @param {string} root @param {Json} node @param {number} number @returns {Promise<string[]>} */
const reference = async (root, node, number) => {
  while (node.tables) {
    const span = node.span;
    node = await object(root, node.tables[Math.floor(number / span)]);
    number %= span;
  }
  return node.pages[number];
};

/** One element: attributes in, a drawn product or the partner's own children out. */
class Aisle extends HTMLElement {
  static observedAttributes = "partner lang sku gtin brand mpn src key skus price currency availability".split(" ");

  /** The run that may still draw; a newer one, or removal, ends it. */
  #run = 0;
  /** What is shown now, as the question that it answers. */
  #shown = "";
  /** @type {IntersectionObserver | undefined} */
  #near;
  /** The server may have drawn already, as declarative shadow DOM. */
  #root = this.attachInternals().shadowRoot ?? this.attachShadow({ mode: "open" });

  /** What the element draws, as names of sections. */
  get sections() {
    const name = this.localName.slice(11);
    return (this.getAttribute("sections") ?? VIEWS[name] ?? name).split(" ");
  }

  connectedCallback() {
    if (this.#root.querySelector(".aisle") && !this.#run) this.#shown = JSON.stringify(this.#question());
    if (!this.#shown) this.#fallback();
    this.#near = new IntersectionObserver(([seen]) => {
      if (!seen.isIntersecting) return;
      this.#near?.disconnect();
      this.#update();
    }, { rootMargin: "800px" });
    this.#near.observe(this);
  }

  disconnectedCallback() {
    this.#near?.disconnect();
    this.#run++;
  }

  attributeChangedCallback() {
    if (this.isConnected && this.#run) this.#update();
  }

  /** Look again, for instance after a long pause; resolves when the outcome is on the page. */
  refresh() {
    return this.#update(true);
  }

  /** @param {boolean} [again] even if nothing else is asked than what is shown */
  async #update(again) {
    const run = ++this.#run;
    await null; // several attributes set in one go are one question
    const question = this.#question();
    const asked = JSON.stringify(question);
    if (run != this.#run) return;
    if (this.#shown == asked && !again) return this.#adopt();
    const late = new Promise((_, fail) => setTimeout(fail, PATIENCE, new Failure("timeout")));
    try {
      const drawn = await Promise.race([late, this.#compose(question)]);
      if (run != this.#run || !this.#tell("replace", drawn.detail, true)) return;
      this.#root.adoptedStyleSheets = [drawn.style];
      const rest = [...drawn.body.children].slice(1);
      for (const one of rest) one.remove();
      this.#root.replaceChildren(drawn.body);
      this.#shown = asked;
      // One section a task: styling all of them at once could stall a slow phone.
      for (const one of rest) {
        await new Promise((next) => setTimeout(next));
        drawn.body.append(one);
      }
      if (run == this.#run) this.#tell("view", drawn.detail);
    } catch (error) {
      if (run == this.#run) this.#fail(/** @type {Failure} */ (error), question.ids);
    }
  }

  /** @returns {Question} */
  #question() {
    /** @param {string} name */
    const told = (name) => this.getAttribute(name) ?? this.closest(`[data-syndicator-${name}]`)?.getAttribute(`data-syndicator-${name}`) ?? "";
    const src = told("src");
    return {
      root: new URL(src || "../../../", src ? this.ownerDocument.baseURI : import.meta.url).href,
      partner: told("partner"),
      locale: /** @type {HTMLElement | null} */ (this.closest("[lang]"))?.lang || navigator.language,
      key: told("key"),
      hint: told("edition"),
      ids: keys({ sku: told("sku"), gtin: told("gtin"), brand: told("brand"), mpn: told("mpn") }),
    };
  }

  /** Everything that drawing needs, fetched side by side where it can be. @param {Question} question */
  async #compose(question) {
    const root = question.root;
    if (!question.partner) throw new Failure("partner", true);
    const head = edition(question);
    /** @param {string[]} ids */
    const search = async (ids) => find(root, await head, ids);
    const found = question.ids.length ? search(question.ids) : undefined;
    found?.catch(() => {}); // the part that draws tells
    head.catch(() => {});
    const drawing = await part("product.js", PINS["product.js"]);
    /** @param {number} number */
    const page = async (number) => object(root, await reference(root, await head, number));
    const drawn = await drawing.draw({ ...question, head, found, search, page, keys, Failure, sections: this.sections, host: this, part, data });
    const shown = await head;
    return { body: drawn.body, style: drawn.style, detail: { ...drawn.detail, locale: shown.locale, edition: shown.edition, generation: shown.generation } };
  }

  /** Give life to what the server drew, once. */
  async #adopt() {
    const body = /** @type {HTMLElement | null} */ (this.#root.querySelector("[data-drawn]"));
    body?.removeAttribute("data-drawn");
    if (!body) return;
    this.#tell("view", { sku: body.dataset.sku, locale: body.lang });
    (await part("product.js", PINS["product.js"])).adopt(body, this, part, data);
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

for (const view of NAMES) {
  const name = `syndicator-${view}`;
  if (!customElements.get(name)) customElements.define(name, class extends Aisle {});
}

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

/** Wait until what was put on the page is drawn; hidden pages draw nothing. @returns {Promise<unknown>} */
const frame = () =>
  new Promise((next) => {
    requestAnimationFrame(() => setTimeout(next));
    setTimeout(next, 100);
  });

/** Let the page breathe between two pieces of work. @returns {Promise<unknown>} */
const pause = () => /** @type {any} */ (globalThis).scheduler?.yield?.() ?? new Promise((next) => setTimeout(next));

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
 * @param {string} url @param {Question} question @returns {Promise<Json>}
 */
const signed = (url, { key, locale }) =>
  once(url, async () => {
    const text = await (await load(url)).text();
    if (key && !(await (await view(locale)).genuine(text, key))) throw new Failure("signature");
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

/** What draws, with its look and the words of a language. @param {string} locale */
const view = (locale) => {
  const file = `view.${locale.split("-")[0]}.js`;
  const name = PINS[file] ? file : "view.en.js";
  return part(name, PINS[name]);
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
const edition = async (question) => {
  const hint = question.hint;
  /** @param {string} id */
  const head = (id) => signed(`${question.root}e/${id}.json`, question);
  const early = hint && head(hint); // on its way while the entry confirms it
  if (early) early.catch(() => {});
  const entry = await signed(`${question.root}p/${encodeURIComponent(question.partner)}.json`, question).catch((error) => {
    throw error.message == "absent" ? new Failure("partner", true) : error;
  });
  const id = choose(entry, question.locale);
  return early && id == hint ? early : head(id);
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
    this.addEventListener("submit", this);
    this.#near = new IntersectionObserver(([seen]) => {
      if (!seen.isIntersecting) return;
      this.#near?.disconnect();
      this.#update();
    }, { rootMargin: "800px" });
    this.#near.observe(this);
  }

  /** The partner's own form in the place of the cart's button is sent, unless someone takes the event. @param {Event} event */
  handleEvent(event) {
    const form = /** @type {HTMLFormElement} */ (event.target);
    if (form.slot != "cart") return;
    const sku = /** @type {HTMLElement | null} */ (this.#root.querySelector(".aisle"))?.dataset.sku;
    const quantity = Number(new FormData(form).get("quantity")) || 1;
    if (!this.#tell("addtocart", { sku, from: sku, quantity }, true)) event.preventDefault();
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
      this.#root.adoptedStyleSheets = drawn.sheets;
      this.#root.replaceChildren(drawn.body);
      this.#shown = asked;
      // One piece a frame: styling all of them at once could stall a slow phone.
      do await frame();
      while (!drawn.rest.next().done);
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
    const drawing = view(question.locale); // on its way; the edition may speak another language
    for (const one of [head, drawing]) one.catch(() => {}); // whoever waits for them tells
    const shown = await head;
    const locale = shown.locale;
    const drawn = await (await view(locale)).draw({ ...question, locale, head: shown, object, pause, keys, Failure, sections: this.sections, host: this, part });
    Object.assign(drawn.detail, { locale, edition: shown.edition, generation: shown.generation });
    return drawn;
  }

  /** Give life to what the server drew, once. */
  async #adopt() {
    const body = /** @type {HTMLElement | null} */ (this.#root.querySelector("[data-drawn]"));
    if (!body) return;
    body.removeAttribute("data-drawn");
    this.#tell("view", { sku: body.dataset.sku, locale: body.lang });
    (await view(body.lang)).adopt(body, this, part);
  }

  /** @param {Failure} error @param {string[]} ids */
  #fail(error, ids) {
    // A fault leaves the last good content; a product that is gone leaves the page.
    if (error.missing || !this.#shown) this.#fallback();
    const reason = error instanceof Failure ? error.message : "render";
    const detail = { reason, identifiers: ids };
    if (error.missing) this.#tell("missing", detail);
    else this.#tell("error", { ...detail, error });
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

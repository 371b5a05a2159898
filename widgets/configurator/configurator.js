// @ts-check
/**
 * `<syndicator-configurator>`: loads the compiled rules and the labels, verified by their hashes, and
 * shows the form. Its children stay until it is ready, and where anything fails.
 *
 * Attributes: `rules`, `labels` (addresses), `rules-integrity`, `labels-integrity`, `sku`, `lang`, and
 * optionally `code` (what to restore), `base-price` (a partner's own price of the product before options,
 * decimal), `availability` (`out-of-stock` takes the cart button away), `history` (any value: each choice
 * is an entry of the page's history, so that the browser's back button undoes it).
 * Events, all bubbling: `syndicator-configure` after every change and `syndicator-addtocart` (cancelable), with
 * `{sku, code, values, parts, price: {amount, currency}}`; `syndicator-error` once, with `{reason}`.
 *
 * @typedef {{[key: string]: any}} Json
 */

/** What the other files must hash to, and under "" their folder; written by the packaging. */
const PINS = /** @type {{[file: string]: string}} */ (/** @type {unknown} */ ("@pins"));

const LOCALES = ["en", "de", "fr", "ar"];
const RIGHT_TO_LEFT = /^(ar|fa|he|ur)\b/;
const PATIENCE = 8000;

/** @param {string} file */
const address = (file) => new URL((PINS[""] ?? "./") + file, import.meta.url).href;

/** @param {string} url @param {string} [integrity] */
const load = async (url, integrity) => {
  const answer = await fetch(url, { integrity: integrity || undefined, credentials: "omit", referrerPolicy: "no-referrer", signal: AbortSignal.timeout(PATIENCE) });
  if (!answer.ok) throw new Error(`status ${answer.status}`);
  return answer;
};

/** A module of this package: preloaded against its hash, so that a changed byte never runs. @param {string} file */
const part = async (file) => {
  const href = address(file);
  const integrity = PINS[file];
  if (integrity) {
    const link = Object.assign(document.createElement("link"), { rel: "modulepreload", crossOrigin: "anonymous", integrity, href });
    await new Promise((done, fail) => {
      link.onload = done;
      link.onerror = () => fail(new Error("script"));
      document.head.append(link);
    }).finally(() => link.remove());
  }
  return import(href);
};

/** @type {Promise<CSSStyleSheet> | undefined} shared by all elements of a page */
let sheet;
const style = () => (sheet ??= load(address("configurator.css"), PINS["configurator.css"]).then(async (answer) => new CSSStyleSheet().replace(await answer.text())));

/** The shopper's element. */
export class SyndicatorConfigurator extends HTMLElement {
  /** @type {AbortController | undefined} */ #life;
  /** @type {any} */ #form;

  connectedCallback() {
    const life = (this.#life = new AbortController());
    this.#show(life.signal).catch((error) => {
      if (!life.signal.aborted) this.tell("error", { reason: error.message });
    });
  }

  disconnectedCallback() {
    this.#life?.abort();
  }

  /** The current configuration, as events carry it; undefined until it is shown. */
  get configuration() {
    return this.#form?.detail();
  }

  /** @param {string} name @param {Json} detail @returns {boolean} false where a listener prevented it */
  tell(name, detail) {
    return this.dispatchEvent(new CustomEvent(`syndicator-${name}`, { bubbles: true, composed: true, cancelable: name === "addtocart", detail }));
  }

  /** @param {AbortSignal} gone */
  async #show(gone) {
    const attribute = (/** @type {string} */ name) => this.getAttribute(name) ?? "";
    const lang = attribute("lang") || document.documentElement.lang || "en";
    const spoken = LOCALES.find((locale) => lang.toLowerCase().startsWith(locale)) ?? "en";
    const words = `words.${spoken}.json`;
    const loaded = await Promise.all([
      part("runtime.js"),
      part("form.js"),
      style(),
      load(address(words), PINS[words]).then((answer) => answer.json()),
      load(attribute("rules"), attribute("rules-integrity")).then((answer) => answer.arrayBuffer()),
      load(attribute("labels"), attribute("labels-integrity")).then((answer) => answer.json()),
    ]);
    if (gone.aborted) return;
    const labels = loaded[5];
    const own = attribute("base-price");
    if (/^\d+(\.\d+)?$/.test(own)) labels.base = { ...labels.base, price: Math.round(Number(own) * 10 ** labels.digits) };
    for (const { values } of labels.options) {
      for (const value of values) if (value.picture) value.picture = new URL(value.picture, new URL(attribute("labels"), document.baseURI)).href;
    }
    const configurator = new loaded[0].Configurator(loaded[4], labels);
    const root = this.shadowRoot ?? this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [loaded[2]];
    this.#form = new loaded[1].Form(root, configurator, { say: loaded[3], lang, host: this, dir: RIGHT_TO_LEFT.test(lang) ? "rtl" : "", cart: attribute("availability") !== "out-of-stock", history: !!attribute("history") });
    const linked = () => new URLSearchParams(location.hash.slice(1)).get("configuration") ?? "";
    this.#form.start(attribute("code") || linked());
    addEventListener("hashchange", () => this.#form.open(linked()), { signal: gone });
  }
}

/** The element's name: a page where another version came first has this one under its own name. */
export const element = customElements.get("syndicator-configurator") ? `syndicator-configurator-${PINS[""]?.replace(/\W/g, "")}` : "syndicator-configurator";
if (!customElements.get(element)) customElements.define(element, SyndicatorConfigurator);

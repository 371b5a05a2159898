// @ts-check
/**
 * Put a manufacturer's product into your page on your server, from published files alone.
 *
 * Needs Node 18 and nothing else. In a page:
 *
 *     import { Aisle } from "./aisle.mjs";
 *     const aisle = new Aisle("https://content.norrvind.example/", "YOUR-KEY");
 *     const html = (await aisle.html("sku:NV-FJORD-7", "de")) ?? ownText;
 *
 * @typedef {{[key: string]: any}} Json
 */
import { createHash, createPublicKey, verify } from "node:crypto";

/** Milliseconds that a page of yours waits for one file. */
const PATIENCE = 1000;
/** Milliseconds for which what may change is believed. */
const LIFETIME = 60_000;

/** @param {string} text */
const escape = (text) => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);

export class Aisle {
  /** @type {Map<string, {until: number, data: string}>} */
  #kept = new Map();

  /**
   * @param {string} root where the published files lie
   * @param {string} partner your key
   * @param {{public?: string, linked?: boolean, trusted?: string}} [options] `public` is where shoppers' browsers find
   *   the files, if that is a path of your own; `linked` names the stylesheet instead of writing it
   *   into the page, for policies that allow no inline style; `trusted` is the publisher's public key,
   *   as the tag has it: files that may change are refused without its signature, or if they are older
   *   than the last
   */
  constructor(root, partner, { public: shown = root, linked = false, trusted = "" } = {}) {
    const x = trusted.replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, "");
    const signer = trusted && createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
    Object.assign(this, { root, partner, shown, linked, signer });
  }

  /** Whether the publisher signed a file (Ed25519), and it is no older than the last. @param {string} data @param {string} [last] */
  #genuine(data, last) {
    const [cut, signature] = /"ed25519":"([\w+/]{86}==)",/.exec(data) ?? [];
    if (!cut || !verify(null, Buffer.from(data.replace(cut, "")), this.signer, Buffer.from(signature, "base64"))) return false;
    return !last || JSON.parse(data).generation >= JSON.parse(last).generation;
  }

  /**
   * A product ready for the page; null where there is nothing to show.
   * @param {string} key `sku:…`, `gtin:…` with 14 digits, or `mpn:BRAND|MPN`
   * @param {string} locale
   * @param {string} [cart] your own form, HTML with `slot="cart"`, which stands below the price
   * @returns {Promise<string | null>}
   */
  async html(key, locale, cart = "") {
    const wanted = key.toLowerCase();
    try {
      const head = await this.#head(locale);
      const drawn = await this.#object(head.drawn[0]);
      for (const number of await this.#numbers(head, wanted)) {
        const page = await this.#page(drawn, number);
        const product = page.drawn.find((/** @type {Json} */ one) => one.keys.includes(wanted));
        if (product) return await this.#joined(product.html, drawn.look, cart);
      }
    } catch {} // not reachable, not what was published, or not drawn for servers
    return null;
  }

  /** @param {string[]} pieces @param {string[]} look @param {string} cart */
  async #joined([opening, ...pieces], [key, integrity], cart) {
    const style = this.linked
      ? `<link rel="stylesheet" href="${escape(this.shown + key)}" integrity="${integrity}" crossorigin="anonymous">`
      : `<style>${await this.#read(key, integrity)}</style>`;
    const body = opening + style + pieces.join(escape(this.shown));
    const end = body.lastIndexOf("</syndicator-aisle>");
    return `<div data-syndicator-partner="${escape(this.partner)}">${cart ? body.slice(0, end) + cart + body.slice(end) : body}</div>`;
  }

  /** @param {string} locale @returns {Promise<Json>} */
  async #head(locale) {
    const entry = JSON.parse(await this.#read(`p/${encodeURIComponent(this.partner)}.json`));
    const names = Object.keys(entry.editions);
    const wanted = locale.toLowerCase();
    const name =
      names.find((one) => one.toLowerCase() === wanted) ??
      names.find((one) => one.toLowerCase().split("-")[0] === wanted.split("-")[0]) ??
      entry.default;
    return JSON.parse(await this.#read(`e/${entry.editions[name]}.json`));
  }

  /** The pages that may hold a key: down the tree of lookups, by bits of its hash. @param {Json} node @param {string} key @returns {Promise<number[]>} */
  async #numbers(node, key) {
    const digest = createHash("sha256").update(key).digest("hex").slice(0, 8);
    for (let rest = parseInt(digest, 16) / 2 ** 32; node.lookups; rest %= 1) {
      rest *= node.lookups.length; // the next bits of the hash are now the whole part
      node = await this.#object(node.lookups[Math.floor(rest)]);
    }
    return node.lookup[digest] ?? [];
  }

  /** @param {Json} node @param {number} number @returns {Promise<Json>} */
  async #page(node, number) {
    while (node.tables) {
      const { span } = node;
      node = await this.#object(node.tables[Math.floor(number / span)]);
      number %= span;
    }
    return this.#object(node.pages[number]);
  }

  /** @param {string[]} reference @returns {Promise<Json>} */
  async #object([name, integrity]) {
    return JSON.parse(await this.#read(`o/${name.slice(0, 2)}/${name}.json`, integrity));
  }

  /** One file, verified; what may change is asked for again after a minute. @param {string} key @param {string} [integrity] @returns {Promise<string>} */
  async #read(key, integrity) {
    const known = this.#kept.get(key);
    if (known && Date.now() < known.until) return known.data;
    try {
      const answer = await fetch(this.root + key, { signal: AbortSignal.timeout(PATIENCE) });
      if (!answer.ok) throw new Error(key);
      const bytes = Buffer.from(await answer.arrayBuffer());
      const hash = createHash("sha256").update(bytes).digest("base64");
      if (integrity && integrity !== `sha256-${hash}`) throw new Error(key);
      const data = bytes.toString("utf-8");
      if (!integrity && this.signer && !this.#genuine(data, known?.data)) throw new Error(key);
      this.#kept.set(key, { until: integrity ? Infinity : Date.now() + LIFETIME, data });
      return data;
    } catch (error) {
      if (known) return known.data; // the publisher is away: the last good answer
      throw error;
    }
  }
}

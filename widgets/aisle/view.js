// @ts-check
/**
 * Draws a product: everything that its page shows before somebody touches it. What a click, a search
 * or the partner's own words need stands in other parts. Everything is made with `createElement` and
 * text nodes; rich text arrives as a tree and passes a list of tags, so no string is ever parsed as
 * HTML. The packaging makes one copy of this file for each language, with the look inside.
 *
 * @typedef {{[key: string]: any}} Json
 * @typedef {Node | string | null | undefined | false | 0} Child
 * @typedef {{
 *   root: string, partner: string, locale: string, ids: string[], head: Json,
 *   object: (root: string, reference: string[]) => Promise<Json>,
 *   pause: () => Promise<unknown>, keys: (of: Json) => string[],
 *   Failure: new (reason: string, missing?: boolean) => Error,
 *   sections: string[], host: HTMLElement, part: (file: string, integrity?: string) => Promise<any>,
 * }} Task  What the entry hands over.
 * @typedef {(word: string, values?: Json) => string} Say
 * @typedef {Task & {
 *   search: (ids: string[]) => Promise<Json>, page: (number: number) => Promise<Json>,
 *   document: Json, offer: Json | undefined, offered: (product: Json) => Promise<Json | undefined>, say: Say, kit: typeof kit, own: Json,
 * }} Context
 */

/** What the lazy files must hash to; written by the packaging. */
const PINS = /** @type {{[file: string]: string}} */ (/** @type {unknown} */ ("@pins"));
/** The interface's words in the language of this copy. */
const WORDS = /** @type {Json} */ (/** @type {unknown} */ ("@inline words.*.json"));

/** The look, one for all elements of the page. */
const LOOK = new CSSStyleSheet();
LOOK.replaceSync("@inline aisle.css");

/** The tags of rich text, and the attributes that each may carry besides `lang` and `dir`. */
const PLAIN = "p br hr strong em b i u s small sub sup mark code pre blockquote ul li dl dt dd h3 h4 h5 h6 span del ins table caption thead tbody tfoot tr";
const TAGS = new Map(PLAIN.split(" ").map((tag) => [tag, ""]));
for (const [tag, allowed] of Object.entries({ a: "href title", abbr: "title", ol: "start", th: "colspan rowspan scope", td: "colspan rowspan", img: "src alt width height" })) TAGS.set(tag, allowed);

/** Rows of a spec table that are drawn at once; the others wait for the button or a search. */
const ROWS = 60;
/** Tables from more rows on can be searched. */
const MANY = 12;

/** Relations in the order in which a buyer asks for them. */
const KINDS = ["part", "accessory", "successor", "alternative", "spare_part"];

/** Make an element; attributes that are empty are left out. @param {string} tag @param {Json} [attributes] @param {(Child | Child[])[]} children @returns {HTMLElement} */
const h = (tag, attributes = {}, ...children) => {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value || value === 0) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(.../** @type {(Node | string)[]} */ (children.flat().filter((child) => child)));
  return made;
};

/** An address that a shopper may follow, or nothing. @param {string | undefined} address @param {string} root */
const safe = (address, root) => {
  const url = address && URL.canParse(address, root) ? new URL(address, root) : undefined;
  return url && /^(https?|mailto|tel):$/.test(url.protocol) ? url.href : undefined;
};

/** Rich text as nodes. @param {any[] | undefined} tree @param {string} root @returns {(Node | string)[]} */
const rich = (tree, root) =>
  (tree ?? []).flatMap((node) => {
    if (typeof node == "string") return [node];
    const tag = node[0];
    const rest = node.slice(1);
    const given = rest[0] && typeof rest[0] == "object" && !Array.isArray(rest[0]) ? rest.shift() : {};
    const inner = rich(rest, root);
    const allowed = TAGS.get(tag);
    if (allowed === undefined) return inner;
    /** @type {Json} */
    const attributes = {};
    for (const name of `lang dir ${allowed}`.split(" ")) {
      if (Object.hasOwn(given, name)) attributes[name] = /^(href|src)$/.test(name) ? safe(given[name], root) : given[name];
    }
    if (attributes.href) attributes.rel = "noopener noreferrer";
    if (tag == "img") Object.assign(attributes, { loading: "lazy", alt: given.alt || true });
    return [h(tag, attributes, ...inner)];
  });

/** @param {Json | string | undefined} image @param {string} root @param {Json} [more] */
const picture = (image, root, more) => {
  const entry = typeof image == "string" ? { src: image } : image;
  const src = safe(entry?.src, root);
  if (!entry || !src) return null;
  const set = (/** @type {Json[]} */ all) => ({ srcset: all.map((one) => `${safe(one.src, root)} ${one.width}w`).join(", "), sizes: "auto, (max-width: 40rem) 100vw, 40rem" });
  const made = h("img", { src, ...(entry.sizes?.length && set([...entry.sizes, entry])), alt: entry.alt || true, width: entry.width, height: entry.height, loading: "lazy", decoding: "async", lang: entry.lang, ...more });
  return entry.avif?.length ? h("picture", {}, h("source", { type: "image/avif", ...set(entry.avif) }), made) : made;
};

/** Whether a picture is upright; such pictures get upright frames. @param {Json | undefined} image */
const upright = (image) => image?.width && image.height > image.width * 1.15;

/**
 * A section with its heading and the partner's slots around it.
 * @param {Say} say @param {string} name @param {Child[]} children
 */
const section = (say, name, ...children) =>
  h("section", { class: name, part: `section ${name}`, "aria-labelledby": `h-${name}` },
    h("h3", { id: `h-${name}`, part: "heading" }, say(name)),
    h("div", { class: "body" },
      h("slot", { name: `before-${name}` }), ...children, h("slot", { name: `after-${name}` })));

/** A list without bullets. @param {Json} attributes @param {Child[]} children */
const list = (attributes, children) => h("ul", { role: "list", ...attributes }, ...children);

/** A button that does something. @param {string} act @param {Json} attributes @param {(Child | Child[])[]} children */
const button = (act, attributes, ...children) => h("button", { type: "button", "data-act": act, ...attributes }, ...children);

/** Which price is shown: the partner's own, else what the manufacturer recommends. @param {Say} say @param {Json | undefined} asked @param {Json} [offer] @returns {Child[]} */
const amount = (say, asked, offer) => {
  const label = (/** @type {Child} */ words) => words && h("span", { class: "label" }, words);
  if (offer?.text) return [h("bdi", {}, offer.text)];
  return asked ? [label(asked.from && say("from")), h("bdi", {}, asked.text), label(asked.tax?.text), label(say("recommended"))] : [];
};

/** The price on a card. @param {Say} say @param {Json | undefined} asked @param {Json} [offer] */
const cost = (say, asked, offer) => {
  const told = amount(say, asked, offer);
  return told.length > 0 && h("span", { class: "cost", part: "price" }, told);
};

/** What other parts draw with. */
const kit = { h, safe, rich, picture, section, cost, place: (/** @type {Json} */ product) => places.get(product) ?? 0 };

/** @param {Context} context */
const gallery = ({ document: { media = [], videos = [] }, root, say }) => {
  const pictures = media.filter((/** @type {Json} */ { role }) => role != "swatch");
  const count = pictures.length + videos.length;
  if (!count) return null;
  const frames = pictures.map((/** @type {Json} */ image, /** @type {number} */ index) =>
    h("li", { class: "frame" },
      button("zoom", { "data-at": index, "aria-label": say("zoom", { name: image.alt || index + 1 }) },
        picture(image, root, { part: "picture", alt: true, loading: index ? "lazy" : "eager", fetchpriority: !index && "high" }))));
  const films = videos.map((/** @type {Json} */ video) =>
    h("li", { class: "frame film" },
      h("a", { href: safe(video.src, root), target: "_blank", rel: "noopener noreferrer", "data-act": "film" },
        picture(video.poster, root), h("span", {}, say("play", { name: video.title ?? "" })))));
  const thumbs = [...pictures, ...videos].map((one, index) =>
    h("li", {}, button("turn", { "data-at": index, "aria-label": say("picture", { number: index + 1, count }), "aria-current": !index && "true" },
      picture({ src: one.poster ?? (one.role ? one.src : "") }, root) ?? "▷")));
  return h("div", { class: upright(pictures[0]) ? "gallery upright" : "gallery", part: "gallery", "data-close": say("close"), "data-previous": say("previous"), "data-next": say("next") },
    list({ class: "strip", tabindex: count > 1 && "0", "aria-label": say("pictures") }, [...frames, ...films]),
    count > 1 && list({ class: "thumbs", "aria-label": say("choose") }, thumbs));
};

/** What it costs here, and whether it is there. @param {Pick<Context, "document" | "offer" | "say">} context */
const price = ({ document: { price: asked, lifecycle, sku }, offer, say }) => {
  const status = lifecycle?.status != "available" && lifecycle?.status;
  const told = amount(say, asked, offer);
  return h("div", { class: "offer", part: "offer" }, h("slot", { name: "offer" },
    offer?.promotion && h("p", { class: "promotion", part: "promotion" }, offer.promotion),
    told.length > 0 && h("p", { class: "price", part: "price" }, told),
    offer && h("p", { class: "stock", part: "stock" }, say(offer.availability ?? ""), offer.availability && offer.delivery && " · ", h("bdi", {}, offer.delivery)),
    offer?.updated && h("p", { class: "facts" }, say("updated", { at: offer.updated })),
    status && h("p", { class: "status", part: "status" }, say(status)),
    offer?.availability != "out-of-stock" && h("slot", { name: "cart" }, button("addtocart", { class: "action", part: "cart", "data-sku": sku }, h("span", {}, say("addtocart"))))));
};

/** @param {Context} context */
const variants = ({ document: { variants: group = [] }, say }) =>
  group.length > 1 && h("div", { class: "variants", part: "variants", role: "group", "aria-label": say("variants") },
    list({}, group.map((/** @type {Json} */ one) =>
      h("li", {}, button("choose", { "data-sku": one.sku, "aria-pressed": String(!!one.current), title: one.title },
        one.axes.map((/** @type {Json} */ { value }) => value).join(" · ") || one.title)))));

/** @param {Context} context */
const hero = (context) => lead(context, context.document);

/** @param {Context} context @param {Json} document */
const lead = (context, { title, brand, model, summary, highlights = [], lang = {} }) => {
  const pictures = gallery(context);
  return h("header", { class: pictures ? pictures.className.replace("gallery", "hero") : "hero bare", part: "hero" },
    pictures,
    h("div", { class: "lead" },
      h("slot", { name: "before-hero" }),
      h("p", { class: "brand", part: "brand" }, [...new Set([brand, model])].filter(Boolean).join(" · ")),
      h("h2", { part: "title", lang: lang.title, dir: "auto" }, title),
      summary && h("p", { class: "summary", part: "summary", lang: lang.summary, dir: "auto" }, summary),
      highlights.length && h("ul", { class: "highlights", part: "highlights", lang: lang.highlights }, ...highlights.map((/** @type {string} */ point) => h("li", { dir: "auto" }, point))),
      variants(context), price(context),
      h("slot", { name: "after-hero" })));
};

/** @param {Context} context */
const text = ({ document: { description, lang = {} }, root }) =>
  description && h("div", { class: "text", part: "text", lang: lang.description, dir: "auto" }, ...rich(description, root));

/** @param {Context} context */
const features = ({ document: { features: told = [], lang = {} }, root }) =>
  told.length > 0 && list({ class: upright(told.find((/** @type {Json} */ { image }) => image)?.image) ? "features upright" : "features", part: "features", lang: lang.features },
    told.map((/** @type {Json} */ { title, text, image }) =>
      h("li", { part: "feature", class: image && "pictured" }, picture(image, root), h("div", { dir: "auto" }, h("h3", {}, title), ...rich(text, root)))));

/** Specs as tables; a long one is drawn as far as the button. @param {Context & {habit?: (item: Json, reader: string) => string}} context */
const specs = ({ document: { specs: groups = [], lang = {} }, host, habit, say }) => {
  const count = groups.reduce((/** @type {number} */ sum, /** @type {Json} */ { items }) => sum + items.length, 0);
  if (!count) return null;
  let left = ROWS;
  let before = 0;
  const tables = groups.map((/** @type {Json} */ { group, items }) => {
    const rows = items.slice(0, left);
    left -= rows.length;
    return rows.length > 0 && h("table", { part: "table" }, group && h("caption", {}, group), h("tbody", {}, ...rows.map((/** @type {Json} */ item) =>
      h("tr", {}, h("th", { scope: "row", dir: "auto" }, item.label), h("td", { dir: "auto" }, habit ? habit(item, reading(host)) : item.text)))));
  });
  // Two columns that do not depend on each other: rows that come later move none that are there.
  const halves = groups.length > 1 && count <= ROWS;
  const half = halves ? groups.findIndex((/** @type {Json} */ { items }) => (before += items.length) * 2 - items.length > count) : 0;
  const hits = say("hits", { count: "{count}" });
  return section(say, "specs",
    count > MANY && h("input", { type: "search", class: "find", part: "search", "data-act": "search", "data-hits": hits, "data-all": say("all", { count: "{count}" }), placeholder: say("search"), "aria-label": say("search") }),
    count > MANY && h("p", { class: "facts", role: "status" }),
    h("div", { class: halves ? "groups halves" : "groups", lang: lang.specs },
      ...halves ? [tables.slice(0, half), tables.slice(half)].map((some) => h("div", {}, some)) : tables,
      count > ROWS && button("all", { class: "more", part: "more" }, say("all", { count }))));
};

/** @param {HTMLElement} host @returns {string} the reader's language as the page says it */
const reading = (host) => /** @type {HTMLElement | null} */ (host.closest("[lang]"))?.lang ?? "";

/** @param {Context} context */
const documents = ({ document: { documents: files = [] }, locale, root, say }) =>
  files.length > 0 && section(say, "documents",
    list({}, files.map((/** @type {Json} */ { src, type, title, language, size, pages, version }) => {
      const facts = [title && say(`doc-${type}`), version && `\u2066${version}\u2069`, language && named(locale, language), pages && say("pages", { count: pages }), size && bytes(locale, size)];
      return h("li", {}, h("a", { href: safe(src, root), target: "_blank", rel: "noopener", hreflang: language, part: "document" },
        h("span", { class: "name" }, title || say(`doc-${type}`)), h("span", { class: "facts" }, facts.filter(Boolean).join(" · "))));
    })));

/** @param {Context} context */
const relations = ({ document: { relations: kinds = {} }, offered, root, say }) =>
  Promise.all(KINDS.filter((kind) => kinds[kind]).map(async (kind) => {
    const offers = await Promise.all(kinds[kind].map(offered));
    return section(say, kind, list({ class: "cards" },
      kinds[kind].map((/** @type {Json} */ { sku, title, brand, image, quantity }, /** @type {number} */ index) =>
        h("li", {}, button("open", { class: "card", part: "card", "data-sku": sku },
          h("span", { class: "plate" }, picture(typeof image == "string" ? { src: image } : image && { ...image, alt: "" }, root)),
          h("span", { class: "name" }, quantity > 1 && `${quantity} × `, title), brand && h("span", { class: "facts" }, brand), cost(say, undefined, offers[index]))))));
  }));

/** @param {Context} context */
const support = ({ document: { support: { contacts = [], questions = [] } = {}, lang = {} }, root, say }) =>
  contacts.length + questions.length > 0 && section(say, "support",
    h("div", { class: "help", lang: lang.support },
      questions.length > 0 && h("div", { class: "questions" }, ...questions.map((/** @type {Json} */ { question, answer }) =>
        h("details", { part: "question", dir: "auto" }, h("summary", {}, question), h("div", { class: "text" }, ...rich(answer, root))))),
      contacts.length > 0 && list({ class: "contacts" }, contacts.map((/** @type {Json} */ { name, phone, email, url, hours }) =>
        h("li", { part: "contact" }, h("strong", {}, name),
          phone && h("a", { href: safe(`tel:${phone.replace(/[^+\d]/g, "")}`, root) }, h("bdi", {}, phone)),
          email && h("a", { href: safe(`mailto:${email}`, root) }, email),
          url && h("a", { href: safe(url, root), target: "_blank", rel: "noopener" }, say("website")),
          hours && h("span", { class: "facts" }, hours))))));

/** The configurator waits for a click: it is an app of its own, and most readers only read. @param {Context} context */
const configurator = ({ document: { configurator: app, sku, price }, offer, locale, root, say }) => {
  if (!app) return null;
  /** @type {Json} */
  const facts = { class: "action", part: "configure", "data-for": sku, "data-lang": locale };
  facts["data-base-price"] = offer?.price && offer.currency == price?.currency && offer.price;
  facts["data-availability"] = offer?.availability;
  for (const file of ["app", "rules", "labels"]) {
    facts[`data-${file}`] = new URL(app[file].src, root).href;
    facts[`data-${file}-integrity`] = app[file].integrity;
  }
  return section(say, "configurator", button("configure", facts, h("span", {}, say("configure"))));
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

/** @type {{[section: string]: (context: Context) => Child | Child[] | Promise<Child | Child[]>}} */
const SECTIONS = { gallery, offer: price, hero, text, features, configurator, specs, documents, relations, support };

/** Sections of other parts; they need no product. */
const ALONE = /^(compare|contact|brand)$/;

/** The interface's words, under the partner's. @param {Json} [own] @returns {Say} */
const speak = (own = {}) => (word, values = {}) =>
  (own[word] ?? WORDS[word] ?? word).replace(/\{(\w+)\}/g, (/** @type {string} */ _, /** @type {string} */ name) => values[name]);

/** @param {string} text @returns {Promise<ArrayBuffer>} */
const digest = (text) => crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));

/** An object beneath the references of a tree of tables. @param {Task} task @param {number} number @returns {Promise<Json>} a page of products */
const page = async ({ root, head, object }, number) => {
  let node = head;
  while (node.tables) {
    const span = node.span;
    node = await object(root, node.tables[Math.floor(number / span)]);
    number %= span;
  }
  return object(root, node.pages[number]);
};

/** On which page a product was found; its neighbours stand near. @type {WeakMap<Json, number>} */
const places = new WeakMap();

/**
 * Find one product by its keys: head, lookup, page. Cost: one page where the head holds the lookup.
 * @param {Task} task @param {string[]} wanted @returns {Promise<Json>}
 */
const search = async (task, wanted) => {
  if (!isSecureContext) throw new task.Failure("insecure"); // browsers hash nowhere else
  for (const key of wanted) {
    const hash = new DataView(await digest(key)).getUint32(0);
    let holder = task.head;
    for (let rest = hash / 2 ** 32; holder.lookups; rest %= 1) {
      rest *= holder.lookups.length; // the next bits of the hash are now the whole part
      holder = await task.object(task.root, holder.lookups[Math.floor(rest)]);
    }
    for (const number of holder.lookup[hash.toString(16).padStart(8, "0")] ?? []) {
      const found = Object.values((await page(task, number)).docs).find((one) => task.keys(one).includes(key));
      if (found) {
        places.set(found, number);
        return found;
      }
    }
  }
  throw new task.Failure("not-found", true);
};

/** @param {string} base64 */
const raw = (base64) => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));

/**
 * Whether the publisher signed a head or entry (Ed25519, RFC 8032; see docs/formats/published.md).
 * Browsers without Ed25519 cannot tell and go on: everything beneath is verified by hash anyway.
 * @param {string} text @param {string} key the publisher's public key, base64
 */
export const genuine = async (text, key) => {
  const found = /"ed25519":"([\w+/]{86}==)",/.exec(text);
  const signed = found && new TextEncoder().encode(text.replace(found[0], ""));
  try {
    const trusted = await crypto.subtle.importKey("raw", raw(key), "Ed25519", false, ["verify"]);
    return found && (await crypto.subtle.verify("Ed25519", trusted, raw(found[1]), signed ?? raw("")));
  } catch (error) {
    return /** @type {Error} */ (error).name == "NotSupportedError";
  }
};

/** Whether the page itself has a word to say: offers, words, what it features. @param {HTMLElement} host */
const says = (host) =>
  "offers" in host || document.querySelector('script[type="application/syndicator+json"]') ||
  ["offers", "price", "availability", "delivery", "promotion"].some((name) => host.hasAttribute(name));

/** Elements of one frame: styling, laying out and painting them takes a slow phone some 20 ms. */
const PIECE = 24;
/** What may be filled in several frames: content that comes later moves nothing that is there. */
const GROWS = /^(div|header|section|table|tbody|ul)$/;

/** Put sections into their place, as many elements at a time as a frame takes. @param {Element} body @param {Element[]} sections @param {Set<Element>} whole those with a life of their own @returns {Iterator<unknown>} */
function* unfold(body, sections, whole) {
  let room = PIECE;
  /** @param {Element} place @param {Iterable<Node>} nodes @returns {Generator<void>} */
  const fill = function* (place, nodes) {
    for (const node of nodes) {
      const one = /** @type {Element} */ (node);
      const weight = (one.querySelectorAll?.("*").length ?? 0) + 1;
      const grows = weight > PIECE && GROWS.test(one.localName) && !whole.has(one);
      if (weight > room && room < PIECE && !grows) {
        yield;
        room = PIECE;
      }
      const inner = grows ? [...one.childNodes] : [];
      if (grows) one.replaceChildren();
      place.append(one);
      room -= grows ? 1 : weight;
      yield* fill(one, inner);
    }
  };
  yield* fill(body, sections);
}

/**
 * Draw what an element shows: a body with its first piece, and what puts on the next one whenever it is asked.
 * @param {Task} task @returns {Promise<{body: HTMLElement, rest: Iterator<unknown>, sheets: CSSStyleSheet[], detail: Json}>}
 */
export const draw = async (task) => {
  const host = task.host;
  const locale = task.locale;
  /** @param {string} file */
  const fetched = (file) => task.part(file, PINS[file]);
  /** @param {string[]} ids */
  const find = (ids) => search(task, ids);
  const found = task.ids.length ? find(task.ids) : task.sections.every((name) => ALONE.test(name)) ? {} : undefined;
  const partner = (says(host) || !found) && fetched("partner.js");
  const habits = /-(US|LR|MM)$/i.test(reading(host)) && fetched("specs.js");
  /** @param {string[]} names */
  const load = (names) => Promise.all(names.filter((name) => ALONE.test(name)).map((name) => fetched(`${name}.js`)));
  const early = load(task.sections);
  for (const one of [found, partner, habits, early]) Promise.resolve(one).catch(() => {}); // awaited below, in order
  const told = await partner;
  const document = await (found ?? find(told.match(task)));
  const own = told ? told.told(host) : {};
  const offered = told ? told.offers(task, document, own) : async () => undefined;
  const offer = await offered(document);
  const context = { ...task, search: find, page: (/** @type {number} */ number) => page(task, number), document, locale, offer, offered, say: speak(own.words), kit, own, habit: (await habits)?.habitual };
  // The maker's aisle template, unless the page composes its own.
  const sections = host.localName.endsWith("-aisle") && !host.hasAttribute("sections") && document.sections || task.sections;
  const others = await (sections == task.sections ? early : load(sections));
  const drawers = Object.assign({}, SECTIONS, ...others.map((one) => one.SECTIONS));
  /** @type {Element[]} */
  const drawn = [];
  const whole = new Set();
  for (const name of sections) {
    const some = [await drawers[name]?.(context)].flat().filter((one) => one);
    drawn.push(...some);
    if (!SECTIONS[name]) some.forEach((one) => whole.add(one));
    await task.pause();
  }
  const dir = /^(ar|dv|fa|he|ps|ur|yi)\b/.test(locale) ? "rtl" : "ltr";
  const body = h("div", { class: "aisle", part: "aisle", lang: locale, dir, "data-sku": document.sku });
  enliven(body, host, task.part, document);
  const rest = unfold(body, drawn, whole);
  rest.next();
  return { body, rest, sheets: [LOOK, ...others.map((one) => one.LOOK)], detail: { sku: document.sku, document, offer } };
};

/**
 * Take over what a server drew: its controls, and the partner's own offer.
 * @param {HTMLElement} body @param {HTMLElement} host @param {Task["part"]} part
 */
export const adopt = async (body, host, part) => {
  enliven(body, host, part);
  if (!says(host)) return;
  const partner = await part("partner.js", PINS["partner.js"]);
  const own = partner.told(host);
  const document = { sku: body.dataset.sku };
  const offer = await partner.resolve(document, body.lang, host, own, true);
  if (offer) body.querySelector(".offer")?.replaceWith(price({ document, offer, say: speak(own.words) }));
};

/**
 * One ear for all controls. What they do is fetched when a hand or the keyboard comes near.
 * @param {HTMLElement} body @param {HTMLElement} host @param {Task["part"]} part @param {Json} [document]
 */
const enliven = (body, host, part, document) => {
  /** @param {Event} event */
  const hear = (event) => {
    const target = /** @type {Element} */ (event.target);
    const control = target.closest("[data-act]");
    const click = /** @type {MouseEvent} */ (event);
    if (!body.contains(control ?? target)) return; // the partner's own, in a slot
    if (event.type == "click") {
      if (!control || click.ctrlKey || click.metaKey) return;
      if (control != target || control.localName != "input") event.preventDefault();
    }
    part("actions.js", PINS["actions.js"]).then(({ act }) => act(event.type, control ?? target, body, host, document, part), () => {});
  };
  for (const kind of ["pointerover", "focusin", "click", "input", "scroll"]) body.addEventListener(kind, hear, true);
};

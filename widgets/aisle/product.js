// @ts-check
/**
 * Draws a product: its head, pictures and text; `details.js` draws what is further down, other parts
 * what is asked for. Everything is made with `createElement` and text nodes; rich text arrives as a
 * tree and passes a list of tags, so no string is ever parsed as HTML.
 *
 * @typedef {{[key: string]: any}} Json
 * @typedef {Node | string | null | undefined | false | 0} Child
 * @typedef {{
 *   root: string, partner: string, locale: string, ids: string[], head: Promise<Json>, found?: Promise<Json>,
 *   search: (ids: string[]) => Promise<Json>, page: (number: number) => Promise<Json>,
 *   keys: (of: Json) => string[], Failure: new (reason: string, missing?: boolean) => Error,
 *   sections: string[], host: HTMLElement,
 *   part: (file: string, integrity?: string) => Promise<any>,
 *   data: (file: string, integrity?: string) => Promise<string>,
 * }} Task  What the entry hands over.
 * @typedef {(word: string, values?: Json) => string} Say
 * @typedef {Task & {document: Json, offer: Json | undefined, say: Say, kit: typeof kit, own: Json}} Context
 */

/** What the lazy files must hash to; written by the packaging. */
const PINS = /** @type {{[file: string]: string}} */ (/** @type {unknown} */ ("@pins"));

/** The tags of rich text, and the attributes that each may carry besides `lang` and `dir`. */
const PLAIN = "p br hr strong em b i u s small sub sup mark code pre blockquote ul li dl dt dd h3 h4 h5 h6 span del ins table caption thead tbody tfoot tr";
const TAGS = new Map(PLAIN.split(" ").map((tag) => [tag, ""]));
for (const [tag, allowed] of Object.entries({ a: "href title", abbr: "title", ol: "start", th: "colspan rowspan scope", td: "colspan rowspan", img: "src alt width height" })) TAGS.set(tag, allowed);

/** Make an element. @param {string} tag @param {Json} [attributes] @param {(Child | Child[])[]} children @returns {HTMLElement} */
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
  const srcset = entry.sizes?.length && [...entry.sizes, entry].map((/** @type {Json} */ one) => `${safe(one.src, root)} ${one.width}w`).join(", ");
  const made = h("img", { src, srcset, sizes: srcset && "auto, (max-width: 40rem) 100vw, 40rem", alt: entry.alt || true, width: entry.width, height: entry.height, loading: "lazy", decoding: "async", lang: entry.lang, ...more });
  if (/^#[0-9a-f]{6}$/i.test(entry.color ?? "")) made.style.backgroundColor = entry.color;
  return made;
};

/**
 * A section with its heading and the partner's slots around it.
 * @param {Say} say @param {string} name @param {Child[]} children
 */
const section = (say, name, ...children) =>
  h("section", { class: name, part: `section ${name}`, "aria-labelledby": `h-${name}` },
    h("h3", { id: `h-${name}`, part: "heading" }, say(name)),
    h("div", { class: "body" },
      h("slot", { name: `before-${name}` }), ...children, h("slot", { name: `after-${name}` })));

/** What other parts draw with. */
const kit = { h, safe, rich, picture, section };

/** @param {Json[]} media */
const shown = (media) => media.filter(({ role }) => role != "swatch");

/** @param {Context} context */
const gallery = ({ document: { media = [], videos = [] }, root, say }) => {
  const pictures = shown(media);
  const count = pictures.length + videos.length;
  if (!count) return null;
  const frames = pictures.map((image, index) =>
    h("li", { class: "frame" },
      h("button", { type: "button", "data-act": "zoom", "data-at": index, "aria-label": say("zoom", { name: image.alt || index + 1 }) },
        picture(image, root, { part: "picture", alt: true, loading: index ? "lazy" : "eager", fetchpriority: index ? "" : "high" }))));
  const films = videos.map((/** @type {Json} */ video) =>
    h("li", { class: "frame film" },
      h("a", { href: safe(video.src, root), target: "_blank", rel: "noopener noreferrer", "data-act": "film" },
        picture(video.poster, root), h("span", {}, say("play", { name: video.title ?? "" })))));
  const thumbs = [...pictures, ...videos].map((one, index) =>
    h("li", {}, h("button", { type: "button", "data-act": "turn", "data-at": index, "aria-label": say("picture", { number: index + 1, count }), "aria-current": index ? "" : "true" },
      picture({ src: one.poster ?? (one.role ? one.src : "") }, root) ?? "▷")));
  return h("div", { class: "gallery", part: "gallery", "data-close": say("close"), "data-previous": say("previous"), "data-next": say("next") },
    h("ul", { class: "strip", tabindex: count > 1 ? "0" : "", role: "list", "aria-label": say("pictures") }, ...frames, ...films),
    count > 1 && h("ul", { class: "thumbs", role: "list", "aria-label": say("choose") }, ...thumbs));
};

/** What it costs here: the partner's own offer, else what the manufacturer recommends. @param {Pick<Context, "document" | "offer" | "host" | "say">} context */
const price = ({ document: { price: asked, lifecycle, sku }, offer, host, say }) => {
  const status = lifecycle?.status != "available" && lifecycle?.status;
  const amount = offer?.text
    ? h("p", { class: "price", part: "price" }, h("bdi", {}, offer.text))
    : asked && h("p", { class: "price", part: "price" },
        asked.from && h("span", { class: "label" }, say("from")), h("bdi", {}, asked.text), asked.tax && h("span", { class: "label" }, asked.tax.text), h("span", { class: "label" }, say("recommended")));
  return h("div", { class: "offer", part: "offer" }, h("slot", { name: "offer" },
    offer?.promotion && h("p", { class: "promotion", part: "promotion" }, offer.promotion),
    amount,
    offer && h("p", { class: "stock", part: "stock" }, [offer.availability && say(offer.availability), offer.delivery].filter(Boolean).join(" · ")),
    offer?.updated && h("p", { class: "facts" }, say("updated", { at: offer.updated })),
    status && h("p", { class: "status", part: "status" }, say(status)),
    offer?.availability != "out-of-stock" && host.hasAttribute("cart") && h("button", { type: "button", class: "action", part: "cart", "data-act": "addtocart", "data-sku": sku }, h("span", {}, say("addtocart")))));
};

/** @param {Context} context */
const variants = ({ document: { variants: group = [] }, say }) =>
  group.length > 1 && h("div", { class: "variants", part: "variants", role: "group", "aria-label": say("variants") },
    h("ul", { role: "list" }, ...group.map((/** @type {Json} */ one) =>
      h("li", {}, h("button", { type: "button", "data-act": "choose", "data-sku": one.sku, "aria-pressed": String(!!one.current), title: one.title },
        one.axes.map((/** @type {Json} */ { value }) => value).join(" · ") || one.title)))));

/** @param {Context} context @param {Json} document */
const hero = (context, { title, brand, model, summary, highlights = [], lang = {} }) => {
  const pictures = gallery(context);
  return h("header", { class: pictures ? "hero" : "hero bare", part: "hero" },
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

/** @type {{[section: string]: (context: Context) => Child | Child[]}} */
const SECTIONS = {
  gallery,
  offer: price,
  hero: (context) => hero(context, context.document),
  text: ({ document: { description, lang = {} }, root }) =>
    description && h("div", { class: "text", part: "text", lang: lang.description, dir: "auto" }, ...rich(description, root)),
};

/** Sections of other files, and those that need no product. @type {{[section: string]: string}} */
const ELSEWHERE = { features: "details.js", configurator: "details.js", specs: "details.js", documents: "details.js", relations: "details.js", support: "details.js", compare: "compare.js", contact: "contact.js", brand: "brand.js" };
const ALONE = /^(compare|contact|brand)$/;

/** The interface's own words in the nearest language, under the partner's. @param {string} locale @param {Task["data"]} data @param {Json} own */
const speak = async (locale, data, own) => {
  const named = `words.${locale.split("-")[0]}.json`;
  const file = PINS[named] ? named : "words.en.json";
  const words = { ...JSON.parse(await data(file, PINS[file])), ...own };
  return (/** @type {string} */ word, /** @type {Json} */ values = {}) =>
    (words[word] ?? word).replace(/\{(\w+)\}/g, (/** @type {string} */ _, /** @type {string} */ name) => values[name]);
};

/** The look, one for all elements of the page. @type {CSSStyleSheet | undefined} */
let sheet;

/** @param {Task["data"]} data */
const dress = async (data) => {
  const text = await data("aisle.css", PINS["aisle.css"]);
  if (!sheet) (sheet = new CSSStyleSheet()).replaceSync(text);
  return sheet;
};

/** What the partner says in the page itself: `offers`, `words`, `featured`. @param {HTMLElement} host @returns {Json} */
const told = (host) => {
  const blocks = [...document.querySelectorAll('script[type="application/syndicator+json"]')];
  const mine = blocks.filter((block) => host.contains(block) || !block.closest("[partner]"));
  try {
    return Object.assign({}, ...mine.map((block) => JSON.parse(block.textContent || "{}")));
  } catch {
    return {}; // the partner's slip must not cost the product
  }
};

/** Whether the partner says anything of its own about price or stock. @param {HTMLElement & {offers?: unknown}} host @param {Json} own */
const selling = (host, own) =>
  own.offers || host.offers || ["offers", "price", "availability", "promotion"].some((name) => host.hasAttribute(name));

/**
 * Draw what an element shows.
 * @param {Task} task @returns {Promise<{body: HTMLElement, style: CSSStyleSheet, detail: Json}>}
 */
export const draw = async (task) => {
  const host = /** @type {HTMLElement & {offers?: unknown}} */ (task.host);
  /** @param {string} file */
  const fetched = (file) => task.part(file, PINS[file]);
  const files = [...new Set(task.sections.map((name) => ELSEWHERE[name]).filter(Boolean))];
  const parts = Promise.all(files.map(fetched)).then((loaded) => Object.assign({}, SECTIONS, ...loaded.map((one) => one.SECTIONS)));
  const own = told(host);
  const sells = selling(host, own);
  const offering = sells ? fetched("offers.js") : undefined;
  const dressing = dress(task.data);
  const speaking = task.head.then((head) => speak(head.locale, task.data, own.words));
  for (const one of [parts, offering, dressing, speaking]) one?.catch(() => {}); // awaited below, in order
  const needless = task.sections.every((name) => ALONE.test(name));
  /** @type {Json} */
  const document = (await (task.found ?? (needless ? {} : match(task, fetched)))) ?? {};
  const locale = (await task.head).locale;
  const offer = document.sku && (await (await offering)?.resolve(document, locale, host, own));
  const context = { ...task, document, locale, offer, say: await speaking, kit, own };
  const drawers = await parts;
  const drawn = await Promise.all(task.sections.map((name) => drawers[name]?.(context)));
  const dir = /^(ar|dv|fa|he|ps|ur|yi)\b/.test(locale) ? "rtl" : "ltr";
  const body = h("div", { class: "aisle", part: "aisle", lang: locale, dir, "data-sku": document.sku }, ...drawn);
  enliven(body, host, task.part);
  return { body, style: await dressing, detail: { sku: document.sku, document, offer } };
};

/** Take the product from the page's own structured data. @param {Task} task @param {(file: string) => Promise<any>} fetched */
const match = async ({ search, keys, Failure }, fetched) => {
  const ids = keys((await fetched("match.js")).identify(document));
  if (!ids.length) throw new Failure("identifier", true);
  return search(ids);
};

/**
 * Take over what a server drew: its controls, and the partner's own offer.
 * @param {HTMLElement} body @param {HTMLElement} host @param {Task["part"]} part @param {Task["data"]} data
 */
export const adopt = async (body, host, part, data) => {
  enliven(body, host, part);
  const own = told(host);
  const document = { sku: body.dataset.sku };
  if (!selling(host, own)) return;
  const offer = await (await part("offers.js", PINS["offers.js"])).resolve(document, body.lang, host, own);
  const say = await speak(body.lang, data, own.words);
  if (offer) body.querySelector(".offer")?.replaceWith(price({ document, offer, host, say }));
};

/**
 * Make the controls work, also of what a server drew: one listener for all of them. What they do is
 * fetched when a hand or the keyboard comes near.
 * @param {HTMLElement} body @param {HTMLElement} host @param {Task["part"]} part
 */
const enliven = (body, host, part) => {
  const actions = () => part("actions.js", PINS["actions.js"]);
  for (const near of ["pointerover", "focusin"]) body.addEventListener(near, () => actions().catch(() => {}), { once: true });
  body.addEventListener("click", (event) => {
    const control = /** @type {Element} */ (event.target).closest("[data-act]");
    if (!control || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    actions().then(({ act }) => act(control, body, host, part), () => {});
  });
  body.querySelector(".strip")?.addEventListener("scroll", ({ target }) => actions().then(({ mark }) => mark(target), () => {}), { passive: true });
};

// @ts-check
/**
 * Draws the sections of one product document. Everything is made with `createElement` and text
 * nodes; rich text arrives as a tree and passes a list of tags, so no string is parsed as HTML.
 *
 * @typedef {{[key: string]: any}} Json
 * @typedef {Node | string | null | undefined | false} Child
 * @typedef {{
 *   document: Json, root: string, locale: string, sections: string[], host: HTMLElement,
 *   part: (file: string, integrity?: string) => Promise<any>,
 *   data: (file: string, integrity?: string) => Promise<Json>,
 * }} Task  What the entry hands over.
 * @typedef {Task & {say: (word: string, values?: Json) => string}} Context
 */

/** What the lazy files must hash to; written by the packaging. */
const PINS = /** @type {{[file: string]: string}} */ (/** @type {unknown} */ ("@pins"));

/** The tags of rich text, and the attributes that each may carry besides `lang` and `dir`. */
const PLAIN = "p br hr strong em b i u s small sub sup mark code pre blockquote ul li dl dt dd h3 h4 h5 h6 span del ins table caption thead tbody tfoot tr";
const TAGS = new Map(PLAIN.split(" ").map((tag) => [tag, ""]));
for (const [tag, allowed] of Object.entries({ a: "href title", abbr: "title", ol: "start", th: "colspan rowspan scope", td: "colspan rowspan" })) TAGS.set(tag, allowed);

/** Make an element. @param {string} tag @param {Json} [attributes] @param {(Child | Child[])[]} children */
export const h = (tag, attributes = {}, ...children) => {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value || value === 0) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(.../** @type {(Node | string)[]} */ (children.flat().filter((child) => child)));
  return made;
};

/** An address that a shopper may follow, or nothing. @param {string | undefined} address @param {string} root */
export const safe = (address, root) => {
  const url = address && URL.canParse(address, root) ? new URL(address, root) : undefined;
  return url && /^(https?|mailto|tel):$/.test(url.protocol) ? url.href : undefined;
};

/** Rich text as nodes. @param {any[] | undefined} tree @param {string} root @returns {(Node | string)[]} */
export const rich = (tree, root) =>
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
      if (Object.hasOwn(given, name)) attributes[name] = name == "href" ? safe(given[name], root) : given[name];
    }
    if (attributes.href) attributes.rel = "noopener noreferrer";
    return [h(tag, attributes, ...inner)];
  });

/** @param {Json | string | undefined} image @param {string} root @param {Json} [more] */
const picture = (image, root, more) => {
  const entry = typeof image == "string" ? { src: image } : image;
  const src = entry && safe(entry.src, root);
  if (!src) return null;
  const made = h("img", { src, width: entry.width, height: entry.height, loading: "lazy", decoding: "async", lang: entry.lang, ...more });
  made.setAttribute("alt", entry.alt ?? "");
  if (/^#[0-9a-f]{6}$/i.test(entry.color ?? "")) made.style.backgroundColor = entry.color;
  return made;
};

/** A section with its heading and the partner's slots around it. @param {Context} context @param {string} name @param {string} title @param {Child[]} children */
const section = ({ say }, name, title, ...children) =>
  h("section", { class: name, part: name, "aria-labelledby": `h-${name}` },
    h("slot", { name: `before-${name}` }),
    h("h3", { id: `h-${name}`, part: "heading" }, say(title)),
    ...children,
    h("slot", { name: `after-${name}` }));

/** @param {Json[]} media */
const inOrder = (media) => {
  const shown = media.filter(({ role }) => role != "swatch");
  return [...shown.filter(({ role }) => role == "hero"), ...shown.filter(({ role }) => role != "hero")];
};

/** @param {Context} context */
const gallery = ({ document: { media = [], videos = [] }, root, say }) => {
  const pictures = inOrder(media);
  const count = pictures.length + videos.length;
  if (!count) return null;
  const frames = pictures.map((image, index) =>
    h("li", { class: "frame" },
      h("button", { type: "button", "data-act": "zoom", "data-at": String(index), "aria-label": say("zoom", { name: image.alt || index + 1 }) },
        picture(image, root, { part: "picture", loading: index ? "lazy" : "eager", fetchpriority: index ? "" : "high" }))));
  const films = videos.map((/** @type {Json} */ video) =>
    h("li", { class: "frame film" },
      h("a", { href: safe(video.src, root), target: "_blank", rel: "noopener noreferrer", "data-act": "play" },
        picture(video.poster, root, { alt: "" }), h("span", {}, say("play", { name: video.title ?? "" })))));
  const thumbs = pictures.map((image, index) =>
    h("li", {}, h("button", { type: "button", "data-act": "turn", "data-at": String(index), "aria-label": say("picture", { number: index + 1, count }), "aria-current": index ? "" : "true" },
      picture({ ...image, alt: "" }, root))));
  return h("div", { class: "gallery", part: "gallery", role: "group", "aria-label": say("pictures") },
    h("ul", { class: "strip", tabindex: count > 1 ? "0" : "", role: "list", "aria-label": say("pictures") }, ...frames, ...films),
    count > 1 && h("ul", { class: "thumbs", role: "list" }, ...thumbs));
};

/** @param {Context} context */
const price = ({ document: { price: asked, lifecycle }, say }) =>
  h("div", { class: "offer", part: "offer" },
    h("slot", { name: "offer" },
      asked && h("p", { class: "price", part: "price" },
        asked.from && h("span", { class: "label" }, say("from")),
        h("bdi", {}, asked.text), h("span", { class: "label" }, say("recommended"))),
      lifecycle?.status && lifecycle.status != "available" && h("p", { class: "status", part: "status" }, say(lifecycle.status))));

/** @param {Context} context */
const variants = ({ document: { variants: group = [] }, say }) => {
  if (group.length < 2) return null;
  return h("div", { class: "variants", part: "variants", role: "group", "aria-label": say("variants") },
    h("ul", { role: "list" }, ...group.map((/** @type {Json} */ one) =>
      h("li", {}, h("button", { type: "button", "data-act": "choose", "data-sku": one.sku, "aria-pressed": String(!!one.current), title: one.title },
        one.axes.map((/** @type {Json} */ { value }) => value).join(" · ") || one.title)))));
};

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
      highlights.length > 0 && h("ul", { class: "highlights", part: "highlights", lang: lang.highlights }, ...highlights.map((/** @type {string} */ point) => h("li", {}, point))),
      variants(context),
      price(context),
      h("slot", { name: "after-hero" })));
};

/** @param {Context} context @param {Json} support */
const support = (context, { contacts = [], questions = [] }) => {
  const root = context.root;
  const say = context.say;
  return contacts.length + questions.length > 0 && section(context, "support", "support",
    h("div", { class: "help", lang: context.document.lang?.support },
      questions.length > 0 && h("div", { class: "questions" }, ...questions.map((/** @type {Json} */ { question, answer }) =>
        h("details", { part: "question" }, h("summary", {}, question), h("div", { class: "text" }, ...rich(answer, root))))),
      contacts.length > 0 && h("ul", { class: "contacts", role: "list" }, ...contacts.map((/** @type {Json} */ { name, phone, email, url, hours }) =>
        h("li", { part: "contact" }, h("strong", {}, name),
          phone && h("a", { href: safe(`tel:${phone.replace(/[^+\d]/g, "")}`, root) }, h("bdi", {}, phone)),
          email && h("a", { href: safe(`mailto:${email}`, root) }, email),
          url && h("a", { href: safe(url, root), target: "_blank", rel: "noopener" }, say("website")),
          hours && h("span", { class: "facts" }, hours))))));
};

/** @type {{[section: string]: (context: Context) => Child | Child[]}} */
const SECTIONS = {
  gallery,
  offer: price,
  hero: (context) => hero(context, context.document),
  text: ({ document: { description, lang = {} }, root }) =>
    description && h("div", { class: "text", part: "text", lang: lang.description }, ...rich(description, root)),
  features: ({ document: { features = [], lang = {} }, root }) =>
    features.length > 0 && h("ul", { class: "features", part: "features", role: "list", lang: lang.features },
      ...features.map((/** @type {Json} */ { title, text, image }) =>
        h("li", { part: "feature" }, picture(image, root), h("div", {}, h("h3", {}, title), ...rich(text, root))))),
  specs: (context) => {
    const specs = context.document.specs ?? [];
    return specs.length > 0 && section(context, "specs", "specs",
      h("div", { class: "groups", lang: context.document.lang?.specs }, ...specs.map((/** @type {Json} */ { group, items }) =>
        h("table", { part: "table" }, group && h("caption", {}, group),
          h("tbody", {}, ...items.map((/** @type {Json} */ { label, text }) =>
            h("tr", {}, h("th", { scope: "row", dir: "auto" }, label), h("td", { dir: "auto" }, text))))))));
  },
  documents: (context) => {
    const documents = context.document.documents ?? [];
    const locale = context.locale;
    return documents.length > 0 && section(context, "documents", "documents",
      h("ul", { role: "list" }, ...documents.map((/** @type {Json} */ { src, type, title, language, size, pages, version }) => {
        const facts = [context.say(`doc-${type}`), version, language && named(locale, language), pages && context.say("pages", { count: pages }), size && bytes(locale, size)];
        return h("li", {}, h("a", { href: safe(src, context.root), target: "_blank", rel: "noopener", hreflang: language, part: "document" },
          h("span", { class: "name" }, title), h("span", { class: "facts" }, facts.filter(Boolean).join(" · "))));
      })));
  },
  relations: (context) =>
    Object.entries(context.document.relations ?? {}).map(([kind, products]) =>
      section(context, kind, kind, h("ul", { class: "cards", role: "list" },
        ...products.map((/** @type {Json} */ { sku, title, brand, image, quantity }) =>
          h("li", {}, h("button", { type: "button", class: "card", part: "card", "data-act": "open", "data-sku": sku },
            h("span", { class: "plate" }, picture({ ...(typeof image == "string" ? { src: image } : image), alt: "" }, context.root)),
            h("span", { class: "name" }, quantity > 1 && `${quantity} × `, title), h("span", { class: "facts" }, brand))))))),
  support: (context) => support(context, context.document.support ?? {}),
};

/** @param {string} locale @param {string} language */
const named = (locale, language) => new Intl.DisplayNames([locale], { type: "language" }).of(language) ?? language;

/** @param {string} locale @param {number} size */
const bytes = (locale, size) => {
  const mega = size >= 1e6;
  return new Intl.NumberFormat(locale, { style: "unit", unit: mega ? "megabyte" : "kilobyte", maximumFractionDigits: mega ? 1 : 0 }).format(size / (mega ? 1e6 : 1e3));
};

/** The interface's own words in the nearest language. @param {Task} task */
const speak = async ({ locale, data }) => {
  const named = `words.${locale.split("-")[0]}.json`;
  const file = PINS[named] ? named : "words.en.json";
  const words = await data(file, PINS[file]);
  return (/** @type {string} */ word, /** @type {Json} */ values = {}) =>
    (words[word] ?? "").replace(/\{(\w+)\}/g, (/** @type {string} */ _, /** @type {string} */ name) => values[name]);
};

/**
 * Draw the sections of a product.
 * @param {Task} task @returns {Promise<Node[]>}
 */
export const draw = async (task) => {
  const context = { ...task, say: await speak(task) };
  const dir = /^(ar|dv|fa|he|ps|ur|yi)\b/.test(task.locale) ? "rtl" : "ltr";
  const body = h("div", { class: "aisle", part: "aisle", lang: task.locale, dir },
    ...task.sections.flatMap((name) => SECTIONS[name](context)));
  body.addEventListener("click", (event) => act(context, event));
  return [body];
};

/** Every control of the aisle, by its `data-act`. @param {Context} context @param {Event} event */
const act = (context, event) => {
  const control = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest("[data-act]"));
  if (!control) return;
  const name = control.dataset.act;
  const sku = control.dataset.sku;
  if (name == "turn") turn(control, Number(control.dataset.at));
  if (name == "open" || name == "choose") {
    const detail = { sku, from: context.document.sku };
    const wanted = new CustomEvent(`syndicator-${name}`, { bubbles: true, composed: true, cancelable: true, detail });
    // The partner may go to its own page for that product; otherwise the aisle shows it in place.
    if (context.host.dispatchEvent(wanted)) context.host.setAttribute("sku", sku ?? "");
  }
};

/** Show one picture of the strip. @param {HTMLElement} control @param {number} at */
const turn = (control, at) => {
  const pictures = control.closest(".gallery");
  const strip = pictures?.querySelector(".strip");
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const frame = /** @type {HTMLElement | undefined} */ (strip?.children[at]);
  if (strip && frame) strip.scrollTo({ left: frame.offsetLeft - /** @type {HTMLElement} */ (strip.children[0]).offsetLeft, behavior: still ? "auto" : "smooth" });
  for (const button of pictures?.querySelectorAll("[data-act=turn]") ?? []) {
    button.toggleAttribute("aria-current", button == control);
    if (button == control) button.setAttribute("aria-current", "true");
  }
};

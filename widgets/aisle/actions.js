// @ts-check
/**
 * What waits for a click: pictures at full size in a dialog, turned by keys, buttons or a swipe; videos
 * in place of their poster; the configurator in place of its button.
 */

/** What the lazy file must hash to; written by the packaging. */
const PINS = /** @type {{[file: string]: string}} */ (/** @type {unknown} */ ("@pins"));

/** The look of the dialog. */
const LOOK = new CSSStyleSheet();
LOOK.replaceSync("@inline zoom.css");

/** @param {string} tag @param {{[name: string]: string}} attributes @param {(Node | string)[]} children */
const h = (tag, attributes, ...children) => {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
};

/** What a click on each control does. @type {{[act: string]: (control: HTMLElement, body: HTMLElement, part: Part) => unknown}} */
const CLICKS = {
  turn: (control) => turn(control),
  zoom: (control, body) => zoom(control, body),
  film: (control) => film(control),
  configure: (control, _, part) => configure(control, part),
};

/** @typedef {(file: string, integrity?: string) => Promise<any>} Part */

/**
 * Do what a control is for, by its `data-act`; of most events only that a hand came near.
 * @param {string} kind @param {HTMLElement} control @param {HTMLElement} body @param {HTMLElement} host
 * @param {{[key: string]: any} | undefined} document the product, where the script drew it @param {Part} part
 */
export const act = (kind, control, body, host, document, part) => {
  const name = control.dataset.act ?? "";
  const sku = control.dataset.sku;
  const root = /** @type {ShadowRoot} */ (body.getRootNode());
  // While the hand is still on its way: a new style would make the click itself slow.
  if (!root.adoptedStyleSheets.includes(LOOK)) root.adoptedStyleSheets.push(LOOK);
  if (kind == "scroll" && control.matches(".strip")) mark(control);
  if (/^(search|all)$/.test(name) && (kind == "click" || kind == "input")) list(control, host, document, part);
  if (kind != "click") return;
  if (CLICKS[name]) CLICKS[name](control, body, part);
  else if (sku) wish(name, sku, body.dataset.sku, host);
};

/** Search a table of specs, or show the rest of it. @param {HTMLElement} control @param {HTMLElement} host @param {{[key: string]: any} | undefined} document @param {Part} part */
const list = async (control, host, document, part) => {
  const specs = await part("specs.js", PINS["specs.js"]);
  specs.list(control, host, document);
};

/**
 * Tell the partner what the shopper wants: to put in the cart, to see another product. Unless the
 * partner takes it, for instance to its own page, the aisle shows that product in place.
 * @param {string} name @param {string} sku @param {string | undefined} from @param {HTMLElement} host
 */
const wish = (name, sku, from, host) => {
  const detail = name == "addtocart" ? { sku, from, quantity: 1 } : { sku, from };
  const wanted = new CustomEvent(`syndicator-${name}`, { bubbles: true, composed: true, cancelable: true, detail });
  if (host.dispatchEvent(wanted) && name != "addtocart") host.setAttribute("sku", sku);
};

/** Show the picture of a thumbnail. @param {HTMLElement} thumb */
const turn = (thumb) => {
  const strip = thumb.closest(".gallery")?.querySelector(".strip");
  const frame = strip?.children[Number(thumb.dataset.at)];
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  if (strip && frame) strip.scrollBy({ left: frame.getBoundingClientRect().left - strip.getBoundingClientRect().left, behavior: still ? "instant" : "smooth" });
};

/** Mark the thumbnail of the picture that is seen. @param {HTMLElement} strip */
const mark = (strip) => {
  const at = Math.round(Math.abs(strip.scrollLeft) / strip.clientWidth);
  strip.parentElement?.querySelectorAll("[data-act=turn]").forEach((thumb, index) => {
    if (index == at) thumb.setAttribute("aria-current", "true");
    else thumb.removeAttribute("aria-current");
  });
};

/** What is drawn on the buttons; their names stand on the gallery, in the edition's language. */
const SIGNS = { close: "×", previous: "‹", next: "›" };

/**
 * Open the picture of a control.
 * @param {HTMLElement} control @param {HTMLElement} body
 */
const zoom = (control, body) => {
  const controls = /** @type {HTMLElement[]} */ ([...body.querySelectorAll(".strip [data-act=zoom]")]);
  const pictures = controls.map((one) => /** @type {HTMLImageElement} */ (one.querySelector("img")));
  const words = /** @type {HTMLElement | null} */ (control.closest(".gallery"))?.dataset ?? {};
  const figure = h("figure", { tabindex: "0" });
  const title = h("p", { class: "caption", "aria-live": "polite" });
  const close = h("button", { type: "button", class: "round close", "aria-label": words.close ?? "×" }, SIGNS.close);
  const dialog = /** @type {HTMLDialogElement} */ (h("dialog", { class: "zoom", part: "zoom" }, figure, title, close));
  let at = Math.max(controls.indexOf(control), 0);
  /** @param {number} to */
  const show = (to) => {
    at = (to + pictures.length) % pictures.length;
    const source = pictures[at];
    const image = h("img", { src: source.currentSrc || source.src, alt: "" });
    const label = (controls[at].getAttribute("aria-label") ?? "").replace(/^[^:：]*[:：]\s*/, "");
    figure.replaceChildren(image);
    figure.classList.remove("near");
    image.setAttribute("alt", label);
    title.textContent = pictures.length > 1 ? `${label} (${at + 1}/${pictures.length})` : label;
    dialog.setAttribute("aria-label", label);
  };
  if (pictures.length > 1) {
    for (const [name, step] of /** @type {const} */ ([["previous", -1], ["next", 1]])) {
      const button = h("button", { type: "button", class: `round ${name}`, "aria-label": words[name] ?? SIGNS[name] }, SIGNS[name]);
      button.addEventListener("click", () => show(at + step));
      dialog.append(button);
    }
  }
  const start = body.dir == "rtl" ? -1 : 1;
  dialog.addEventListener("keydown", ({ key }) => {
    if (key == "ArrowRight") show(at + start);
    if (key == "ArrowLeft") show(at - start);
  });
  dialog.addEventListener("click", ({ target }) => {
    if (target == dialog || target == close) dialog.close();
    else if (/** @type {Element} */ (target).closest("figure")) figure.classList.toggle("near");
  });
  swipe(figure, (step) => show(at + step * start));
  dialog.addEventListener("close", () => {
    dialog.remove();
    control.focus();
  });
  show(at);
  body.append(dialog);
  dialog.showModal();
};

/** @param {HTMLElement} on @param {(step: number) => void} turn */
const swipe = (on, turn) => {
  let from = 0;
  on.addEventListener("pointerdown", (event) => { from = event.clientX; });
  on.addEventListener("pointerup", (event) => {
    const moved = event.clientX - from;
    if (Math.abs(moved) > 60 && !on.classList.contains("near")) turn(moved < 0 ? 1 : -1);
  });
};

/** Players that can be framed: their address for an address that people share. @type {[RegExp, (id: string) => string][]} */
const PLAYERS = [
  [/^https:\/\/(?:www\.youtube\.com\/watch\?v=|youtu\.be\/)([\w-]+)/, (id) => `https://www.youtube-nocookie.com/embed/${id}?autoplay=1`],
  [/^https:\/\/vimeo\.com\/(\d+)/, (id) => `https://player.vimeo.com/video/${id}?dnt=1&autoplay=1`],
];

/** Play a video where its poster stands; an address of no known player opens as a link. @param {HTMLElement} link */
const film = (link) => {
  const address = /** @type {HTMLAnchorElement} */ (link).href;
  const player = PLAYERS.find((one) => one[0].test(address));
  if (/\.(mp4|webm|m4v)(\?|$)/.test(address)) {
    const video = h("video", { src: address, controls: "", autoplay: "", playsinline: "" });
    link.replaceWith(video);
    video.focus();
  } else if (player) {
    const id = player[0].exec(address)?.[1] ?? "";
    const frame = h("iframe", { src: player[1](id), allow: "autoplay; fullscreen", referrerpolicy: "strict-origin-when-cross-origin", title: link.textContent ?? "" });
    link.replaceWith(frame);
    frame.focus();
  } else window.open(address, "_blank", "noopener");
};

/**
 * Put the configurator where its button is. The app is checked by its hash like the aisle's own
 * parts, and checks its files itself; where it fails, the section goes and the rest stays.
 * @param {HTMLElement} control @param {(file: string, integrity?: string) => Promise<any>} part
 */
const configure = async (control, part) => {
  const told = control.dataset;
  const gone = () => control.closest("section")?.remove();
  let name = "";
  try {
    name = (await part(told.app ?? "", told.appIntegrity)).element ?? "syndicator-configurator";
  } catch {
    return gone();
  }
  const app = h(name, {
    sku: told.for ?? "", lang: told.lang ?? "", rules: told.rules ?? "", "rules-integrity": told.rulesIntegrity ?? "",
    labels: told.labels ?? "", "labels-integrity": told.labelsIntegrity ?? "", tabindex: "-1", part: "configurator",
  });
  if (told.basePrice) app.setAttribute("base-price", told.basePrice);
  if (told.availability) app.setAttribute("availability", told.availability);
  app.addEventListener("syndicator-error", () => app.closest("section")?.remove());
  control.replaceWith(app);
  app.focus();
};

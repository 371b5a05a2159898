// @ts-check
/**
 * A form that asks the manufacturer or the partner. It posts JSON to the endpoint of the tag, and
 * nothing else leaves the page; the words of the consent travel with it.
 *
 * @typedef {import("./view.js").Context} Context
 * @typedef {import("./view.js").Json} Json
 */

/** The look of this part. */
export const LOOK = new CSSStyleSheet();
LOOK.replaceSync("@inline contact.css");

/** Longest wait for the endpoint, in milliseconds. */
const PATIENCE = 10000;

/** @param {Context} context */
const contact = ({ host, ids, partner, locale, kit: { h }, say }) => {
  const endpoint = host.getAttribute("endpoint");
  const consent = host.getAttribute("consent") || say("consent");
  const status = h("p", { role: "status", class: "facts" });
  /** @param {string} name @param {string} type @param {string} completes */
  const field = (name, type, completes) =>
    h("label", {}, h("span", {}, say(name)), h(type ? "input" : "textarea", { name, type, required: true, maxlength: 2000, autocomplete: completes, rows: type ? "" : "5" }));
  const send = /** @type {HTMLButtonElement} */ (h("button", { type: "submit", class: "action", part: "send" }, h("span", {}, say("send"))));
  const form = /** @type {HTMLFormElement} */ (h("form", { class: "form", part: "contact", "aria-label": say("contact") },
    h("h3", {}, say("contact")),
    field("name", "text", "name"), field("email", "email", "email"), field("message", "", "off"),
    h("label", { class: "consent" }, h("input", { type: "checkbox", name: "consent", required: true }), h("span", {}, consent)),
    send, status));
  /** @param {string} state */
  const tell = (state) => host.dispatchEvent(new CustomEvent("syndicator-contact", { bubbles: true, composed: true, detail: { state } }));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const told = new FormData(form);
    send.disabled = true;
    status.textContent = say("sending");
    /** @type {Json} */
    const lead = { partner, locale, sku: host.getAttribute("sku") ?? "", identifiers: ids, consent: { given: true, text: consent } };
    for (const name of ["name", "email", "message"]) lead[name] = told.get(name);
    const sent = endpoint && await fetch(new URL(endpoint, document.baseURI), {
      method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(lead), credentials: "omit", signal: AbortSignal.timeout(PATIENCE),
    }).then((answer) => answer.ok, () => false);
    send.disabled = false;
    status.textContent = say(sent ? "sent" : "unsent");
    if (sent) form.reset();
    tell(sent ? "sent" : "failed");
  });
  return form;
};

export const SECTIONS = { contact };

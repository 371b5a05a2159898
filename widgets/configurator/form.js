// @ts-check
/**
 * Draws a configurator and keeps it true after every click. The elements are made once and then only
 * changed, so that focus and screen readers stay where they are. Names are set as text, never as HTML.
 *
 * @typedef {{[key: string]: any}} Json
 * @typedef {{say: Record<string, string>, lang: string, host: any, dir: string, cart: boolean, history: boolean}} Setting
 * @typedef {{box: HTMLElement, picked: HTMLElement, why: HTMLElement, show: (value: string, states: State[]) => void}} Field
 * @typedef {{id: string, label: string, difference: string, spoken: string, possible: boolean}} State
 */

/** Make an element. @param {string} tag @param {Json} [attributes] @param {(Node | string)[]} children @returns {any} */
const h = (tag, attributes = {}, ...children) => {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value || value === 0) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children);
  return made;
};

/** The whole form in a shadow root. */
export class Form {
  /** @type {Map<string, Field>} */ #fields = new Map();
  /** @type {string[]} codes to go back to */ #past = [];
  /** @type {Json} */ #shown = {};
  #ends = [0, 0];

  /** @param {ShadowRoot} root @param {any} configurator @param {Setting} setting */
  constructor(root, configurator, setting) {
    this.root = root;
    this.c = configurator;
    this.setting = setting;
    const currency = configurator.labels.currency, digits = configurator.labels.digits;
    const formats = Object.fromEntries(["auto", "always"].map((signDisplay) => [signDisplay, currency && new Intl.NumberFormat(setting.lang, { style: "currency", currency, signDisplay })]));
    /** @param {number} cents @param {string} [sign] */
    this.money = (cents, sign = "auto") => (currency ? formats[sign].format(cents / 10 ** digits).replace("-", "−") : "");
    this.number = new Intl.NumberFormat(setting.lang);
  }

  /** @param {string} word @param {Json} [values] */
  say(word, values = {}) {
    const side = this.setting.dir ? ["\u2068", "\u2069"] : ["", ""];
    return (this.setting.say[word] ?? word).replace(/\{(\w+)\}/g, (_, name) => side.join(values[name] ?? ""));
  }

  /** @param {string} code what to restore; what is lost of it is told */
  start(code) {
    const totals = [...this.c.bounds().min].filter(Number.isFinite);
    this.#ends = [Math.min(...totals), Math.max(...[...this.c.bounds().max].filter(Number.isFinite))];
    this.#draw();
    this.open(code);
  }

  /** Restore a code. @param {string} code */
  open(code) {
    const lost = this.c.restore(code);
    this.#note.replaceChildren();
    this.#refresh("");
    if (lost.unknown) this.#note.append(h("p", {}, this.say("gone", { count: lost.unknown })));
    if (lost.refused.length) this.#note.append(h("p", {}, this.say("refused", { choices: this.#list(lost.refused) })));
    this.#tell("configure");
  }

  /** What events carry. */
  detail() {
    const values = this.#shown.values, parts = this.#shown.parts, total = this.#shown.total;
    const currency = this.c.labels.currency, digits = this.c.labels.digits;
    const price = currency ? { amount: (total / 10 ** digits).toFixed(digits), currency } : undefined;
    const own = this.c.choices;
    return { sku: this.setting.host.getAttribute("sku") ?? "", code: this.c.code(), choices: own, values, parts, price };
  }

  /** @param {string} name */
  #tell(name) {
    return this.setting.host.tell(name, this.detail());
  }

  // --- drawing ---------------------------------------------------------------------------

  /** @type {HTMLElement} */ #note = h("div", { class: "note", role: "status" });
  /** @type {HTMLElement} */ #live = h("p", { class: "live", "aria-live": "polite" });
  /** @type {HTMLElement} */ #total = h("output", { class: "total", part: "total" });
  /** @type {HTMLElement} */ #count = h("p", { class: "facts" });
  /** @type {HTMLElement} */ #chosen = h("dl", { class: "chosen" });
  /** @type {HTMLElement} */ #parts = h("ul", { class: "parts" });
  /** @type {HTMLElement} */ #capText = h("span", {});
  /** @type {any} */ #cap;

  #draw() {
    const labels = this.c.labels, options = this.c.options;
    const groups = [...labels.groups, { id: "", label: "" }];
    const boxes = groups.flatMap(({ id, label }) => {
      const mine = options.filter((/** @type {Json} */ option) => (option.group ?? "") === id);
      return mine.length ? [h("section", { class: "group", "aria-label": label }, ...(label ? [h("h4", {}, label)] : []), ...mine.map((/** @type {Json} */ option) => this.#field(option)))] : [];
    });
    const body = h("form", { class: "configurator", part: "configurator", dir: this.setting.dir, lang: this.setting.lang, "aria-label": labels.title || this.say("title"), onsubmit: (/** @type {Event} */ event) => event.preventDefault() },
      h("div", { class: "options" }, this.#note, ...boxes), this.#summary(), this.#live);
    this.root.replaceChildren(body);
  }

  #summary() {
    /** @param {string} word @param {() => void} act @param {string} [kind] */
    const button = (word, act, kind = "") => h("button", { type: "button", class: kind, "data-act": word, onclick: act }, h("span", {}, this.say(word)));
    const step = 10 ** this.c.labels.digits;
    this.#cap = h("input", { type: "range", min: Math.ceil(this.#ends[0] / step), max: Math.ceil(this.#ends[1] / step), value: Math.ceil(this.#ends[1] / step), "aria-label": this.say("cap"), oninput: () => this.#limit() });
    const priced = this.c.labels.currency;
    return h("div", { class: "side" }, ...(priced ? [h("p", { class: "sum" }, h("span", {}, this.say("total")), this.#total)] : []), h("aside", { class: "summary", part: "summary", "aria-label": this.say("summary") },
      ...(priced ? [h("label", { class: "cap" }, h("span", { class: "sum" }, this.say("cap"), this.#capText), this.#cap)] : []), this.#count,
      h("details", {}, h("summary", {}, this.say("summary")), this.#chosen, h("h5", {}, this.say("parts")), this.#parts),
      h("div", { class: "acts" },
        ...(this.setting.cart ? [button("cart", () => this.#tell("addtocart"), "primary")] : []),
        button("back", () => this.#back()), button("surprise", () => this.#surprise()), button("share", () => this.#share()), button("reset", () => this.#act(() => this.c.unchoose())))));
  }

  /** @param {Json} option @returns {HTMLElement} */
  #field(option) {
    const why = h("div", { class: "why", hidden: true });
    const picked = h("span", { class: "picked" });
    const legend = h("legend", {}, option.label, " ", picked);
    const draw = { select: this.#select, stepper: this.#stepper, slider: this.#slider, toggle: this.#toggle }[/** @type {"select"} */ (option.display)] ?? this.#radios;
    const drawn = draw.call(this, option);
    const box = h("fieldset", { class: `option ${option.display}`, "data-option": option.id }, legend, ...(option.help ? [h("p", { class: "facts" }, option.help)] : []), ...drawn.nodes, why);
    this.#fields.set(option.id, { box, picked, why, show: drawn.show });
    return box;
  }

  /** @param {Json} option */
  #radios(option) {
    const rows = new Map(this.#offered(option).map((value) => {
      const input = h("input", { type: "radio", name: option.id, value: value.id, onchange: () => this.#choose(option.id, value.id) });
      const difference = h("span", { class: "difference" });
      const look = option.display === "swatch" ? [this.#chip(value)] : [];
      return [value.id, { input, difference, box: h("label", { class: "value" }, input, ...look, h("span", { class: "name" }, value.label ?? value.id), difference) }];
    }));
    return {
      nodes: [h("div", { class: "values" }, ...[...rows.values()].map(({ box }) => box))],
      show: (/** @type {string} */ current, /** @type {State[]} */ states) => {
        for (const { id, difference, spoken, possible } of states) {
          const row = rows.get(id);
          if (!row) continue;
          row.input.checked = id === current;
          row.difference.textContent = possible ? difference : "";
          row.input.setAttribute("aria-description", possible ? spoken : this.say("impossible"));
          row.box.classList.toggle("impossible", !possible);
        }
      },
    };
  }

  /** @param {Json} value */
  #chip({ color, picture }) {
    const chip = h("span", { class: "chip", "aria-hidden": "true" });
    if (/^#[0-9a-f]{3,8}$/i.test(color ?? "")) chip.style.backgroundColor = color;
    if (/^https?:/.test(picture ?? "")) chip.append(h("img", { src: picture, alt: "", loading: "lazy" }));
    return chip;
  }

  /** @param {Json} option */
  #select(option) {
    const list = h("select", { "aria-label": option.label, onchange: () => this.#choose(option.id, list.value) }, ...this.#offered(option).map((value) => h("option", { value: value.id }, value.label ?? value.id)));
    return {
      nodes: [list],
      show: (/** @type {string} */ current, /** @type {State[]} */ states) => {
        for (const { id, label, difference, possible } of states) {
          const row = [...list.options].find((one) => one.value === id);
          if (row) row.textContent = [label, possible ? difference : `(${this.say("impossible")})`].filter(Boolean).join(" ");
        }
        list.value = current;
      },
    };
  }

  /** @param {Json} option */
  #toggle(option) {
    const no = option.values[0];
    const yes = option.values[1];
    const difference = h("span", { class: "difference" });
    const input = h("input", { type: "checkbox", onchange: () => this.#choose(option.id, input.checked ? yes.id : no.id) });
    const box = h("label", { class: "value" }, input, h("span", { class: "name" }, yes.label || this.say("yes")), difference);
    return {
      nodes: [box],
      show: (/** @type {string} */ current, /** @type {State[]} */ states) => {
        const other = states.find(({ id }) => id !== current);
        input.checked = current === yes.id;
        box.classList.toggle("impossible", !other?.possible);
        input.setAttribute("aria-description", other?.possible ? other.spoken : this.say("impossible"));
        difference.textContent = current === no.id && other?.possible ? other.difference : "";
      },
    };
  }

  /** @param {Json} option */
  #stepper(option) {
    const ids = this.#offered(option).map(({ id }) => id);
    const go = (/** @type {number} */ by) => this.#choose(option.id, ids[Math.min(Math.max(ids.indexOf(field.value) + by, 0), ids.length - 1)]);
    const field = h("input", { type: "number", min: ids[0], max: ids.at(-1), step: Number(ids[1] ?? 1) - Number(ids[0]), "aria-label": option.label, onchange: () => (ids.includes(field.value) ? this.#choose(option.id, field.value) : this.#refresh("")) });
    const more = h("button", { type: "button", "aria-label": this.say("more"), onclick: () => go(1) }, "+");
    const difference = h("span", { class: "difference" });
    return {
      nodes: [h("div", { class: "steps" }, h("button", { type: "button", "aria-label": this.say("less"), onclick: () => go(-1) }, "−"), field, more, difference)],
      show: (/** @type {string} */ current, /** @type {State[]} */ states) => {
        field.value = current;
        const next = states.find(({ id }) => id === ids[ids.indexOf(current) + 1]);
        more.classList.toggle("impossible", !!next && !next.possible);
        difference.textContent = next?.possible ? next.difference : "";
      },
    };
  }

  /** @param {Json} option */
  #slider(option) {
    const ids = this.#offered(option).map(({ id }) => id);
    const field = h("input", { type: "range", min: 0, max: ids.length - 1, "aria-label": option.label, oninput: () => tell(), onchange: () => this.#choose(option.id, ids[field.value]) });
    const text = h("output", {});
    const tell = () => {
      text.textContent = ids[field.value];
      field.setAttribute("aria-valuetext", ids[field.value]);
    };
    return {
      nodes: [h("div", { class: "slide" }, field, text)],
      show: (/** @type {string} */ current) => {
        field.value = ids.indexOf(current);
        tell();
      },
    };
  }

  /** @param {Json} option @returns {Json[]} the values this partner may sell */
  #offered(option) {
    return option.values.filter((/** @type {Json} */ value) => !value.off);
  }

  // --- acting ----------------------------------------------------------------------------

  /** @param {string} option @param {string} value */
  #choose(option, value) {
    if (this.c.possible(option, value)) this.#act(() => this.c.choose(option, value), option);
    else {
      this.#refresh("");
      this.#explain(option, value);
    }
  }

  /** Change the choices, remembering what was before. @param {() => void} change @param {string} [option] */
  #act(change, option = "") {
    this.#past.push(this.c.code());
    change();
    this.#refresh(option);
    if (this.setting.history) history.pushState(null, "", this.#link());
    this.#tell("configure");
  }

  #back() {
    const code = this.#past.pop();
    if (code === undefined) return;
    this.c.restore(code);
    this.#refresh("");
    this.#tell("configure");
  }

  #surprise() {
    const found = this.c.random();
    if (found) this.#act(() => Object.entries(found.values).forEach(([option, value]) => this.c.choose(option, value)));
  }

  #limit() {
    this.c.cap = this.#cap.value === this.#cap.max ? Infinity : Number(this.#cap.value) * 10 ** this.c.labels.digits;
    this.#refresh("");
    this.#tell("configure");
  }

  /** The page's address with the choices. */
  #link() {
    const link = new URL(location.href);
    const rest = new URLSearchParams(link.hash.slice(1));
    rest.set("configuration", this.c.code());
    link.hash = String(rest);
    return link.href;
  }

  async #share() {
    await navigator.clipboard?.writeText(this.#link()).then(() => this.#announce(this.say("shared")), () => {});
  }

  /** Say why a value is out, and offer the smallest change. @param {string} option @param {string} value */
  #explain(option, value) {
    const field = /** @type {Field} */ (this.#fields.get(option));
    const reason = this.c.why(option, value);
    if (!reason) return;
    const name = this.#name(option, value);
    const blamed = reason.choices.map((/** @type {string} */ one) => [one, this.c.choices[one]]);
    const text = blamed.length
      ? this.say("notWith", { value: name, choices: this.#list(blamed) })
      : this.say(reason.cap ? "overCap" : "never", { value: name, cap: this.money(this.c.cap) });
    const way = reason.choices.length || !reason.cap ? (this.c.how(option, value) ?? this.c.how(option, value, Infinity)) : null;
    const acts = [];
    if (way) {
      const changes = way.changes.map((/** @type {Json} */ one) => this.say("changeTo", { option: this.#label(one.option), value: this.#name(one.option, one.to) })).join(this.say("and"));
      const label = this.say("change", { value: name, changes }) + (this.c.labels.currency ? ` (${this.money(way.total)})` : "");
      acts.push(h("button", { type: "button", "data-act": "change", onclick: () => this.#act(() => this.#force(option, value, way.total), option) }, label));
    }
    if (reason.cap) acts.push(h("button", { type: "button", "data-act": "lift", onclick: () => this.#act(() => (this.#lift(), this.c.choose(option, value)), option) }, this.say("lift")));
    const rules = this.#rules(option, reason.choices).map((rule) => h("p", { class: "facts" }, rule));
    field.why.replaceChildren(h("p", {}, text), ...rules, ...acts);
    field.why.hidden = false;
    this.#announce([text, ...acts.map((act) => act.textContent)].join(" "));
  }

  /** @param {string} option @param {string} value @param {number} total */
  #force(option, value, total) {
    if (total > this.c.cap) this.#lift();
    this.c.force(option, value);
  }

  #lift() {
    this.c.cap = Infinity;
    this.#cap.value = this.#cap.max;
  }

  /** The words of the rules closest to a conflict. @param {string} option @param {string[]} choices @returns {string[]} */
  #rules(option, choices) {
    const ids = this.c.labels.options.map((/** @type {Json} */ one) => one.id);
    const close = this.c.labels.texts
      .map((/** @type {Json} */ rule) => ({ text: rule.text, about: rule.options.map((/** @type {number} */ v) => ids[v]) }))
      .filter((/** @type {Json} */ { about }) => about.includes(option) && (!choices.length || choices.some((one) => about.includes(one))));
    return close.sort((/** @type {Json} */ a, /** @type {Json} */ b) => a.about.length - b.about.length).slice(0, 1).map((/** @type {Json} */ one) => one.text);
  }

  /** @param {string} text */
  #announce(text) {
    this.#live.textContent = text;
  }

  // --- keeping true ----------------------------------------------------------------------

  /** @param {string} option what was just chosen, to be announced */
  #refresh(option) {
    const c = this.c;
    this.#shown = c.complete() ?? this.#shown;
    const values = this.#shown.values, total = this.#shown.total, parts = this.#shown.parts, hidden = this.#shown.hidden;
    const totals = c.totals();
    const choices = c.choices;
    const min = c.bounds().min;
    for (const one of c.options) {
      const field = /** @type {Field} */ (this.#fields.get(one.id));
      const own = Object.hasOwn(choices, one.id);
      field.box.hidden = hidden.includes(one.id);
      field.box.classList.toggle("own", own);
      field.why.hidden = true;
      field.picked.textContent = this.#name(one.id, values[one.id]);
      field.show(values[one.id], this.#offered(one).map((value) => {
        const slot = c.slot(one.id, value.id);
        const possible = own ? c.possible(one.id, value.id) : min[slot] < Infinity;
        const after = own && choices[one.id] !== value.id ? c.instead(one.id, value.id) : totals[slot];
        const difference = possible && this.c.labels.currency ? after - total : 0;
        const amount = this.money(Math.abs(difference));
        return {
          id: value.id,
          label: value.label ?? value.id,
          possible,
          difference: difference ? this.money(difference, "always") : "",
          spoken: difference ? this.say(difference > 0 ? "plus" : "minus", { amount }) : "",
        };
      }));
    }
    this.#total.textContent = this.money(total);
    this.#capText.textContent = c.cap === Infinity ? this.say("noCap") : this.money(c.cap);
    this.#cap.setAttribute("aria-valuetext", this.#capText.textContent);
    this.#count.textContent = this.say("left", { count: this.number.format(c.count()) });
    this.#chosen.replaceChildren(...c.options.filter((/** @type {Json} */ one) => !hidden.includes(one.id)).flatMap((/** @type {Json} */ one) => [h("dt", {}, one.label), h("dd", {}, this.#name(one.id, values[one.id]))]));
    this.#parts.replaceChildren(...Object.entries(parts).map(([sku, count]) => h("li", {}, `${this.number.format(/** @type {number} */ (count))} × ${sku}`)));
    if (option) this.#announce(this.say("now", { option: this.#label(option), value: this.#name(option, values[option]), total: this.money(total) }));
  }

  /** @param {string} option */
  #label(option) {
    return this.c.options.find((/** @type {Json} */ one) => one.id === option).label;
  }

  /** @param {string} option @param {string} value */
  #name(option, value) {
    const about = this.c.options.find((/** @type {Json} */ one) => one.id === option);
    const found = about.values.find((/** @type {Json} */ one) => one.id === value);
    return found?.label || (about.display === "toggle" ? this.say(value) : value);
  }

  /** @param {[string, string][]} choices */
  #list(choices) {
    return choices.map(([option, value]) => `${this.#label(option)} ${this.#name(option, value)}`).join(this.say("and"));
  }
}

// @ts-check
/**
 * Answers every question of a configurator from its compiled diagram: what is possible, what it
 * costs at least and at most, why not, and what to change. Exact, without a server.
 *
 * A *slot* is one value of one variable; per-slot results are typed arrays, so that a click makes
 * no garbage. docs/formats/configurator.md describes the bytes and the labels.
 */

/** @typedef {{id: string, label?: string, price?: number, parts?: Record<string, number>, off?: boolean, [key: string]: any}} ValueLabel */
/** @typedef {{id: string, default?: number, aux?: string, values: ValueLabel[], [key: string]: any}} OptionLabel */
/** @typedef {{rules: string, base?: {price?: number, parts?: Record<string, number>}, options: OptionLabel[], [key: string]: any}} Labels */
/** @typedef {{vars: number[], level: Int32Array, start: Int32Array, slot: Int32Array, to: Int32Array, pair: Int32Array, pairs: number[][], root: number, slots: number[][], flat: Int32Array, first: Int32Array, up: Float64Array, down: Float64Array}} Component `flat` are the slots of all levels, from `first[level]` on */
/** @typedef {{values: Record<string, string>, total: number, parts: Record<string, number>, hidden: string[]}} Configuration `hidden` are the options that do not show */

/** The artefact or its labels cannot be used. */
export class ConfiguratorError extends Error {}

/** More than any sum of prices: one change outweighs every price. */
const CHANGE = 2 ** 40;

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** @param {Iterable<number>} bytes FNV-1a, 32 bits */
const hash = (bytes) => {
  let h = 0x811c9dc5;
  for (const byte of bytes) h = Math.imul(h ^ byte, 0x01000193);
  return h >>> 0;
};

/** @param {string} reason @returns {never} */
const refuse = (reason) => {
  throw new ConfiguratorError(reason);
};

/** Reads LEB128 numbers, never beyond the end. */
class Reader {
  /** @param {Uint8Array} bytes */
  constructor(bytes) {
    this.bytes = bytes;
    this.at = 37;
  }

  number() {
    let value = 0;
    for (let unit = 1; ; unit *= 128) {
      if (this.at >= this.bytes.length - 4) refuse("artefact cut off");
      const byte = this.bytes[this.at++];
      value += (byte & 127) * unit;
      if (byte < 128) return value;
    }
  }

  /** @param {number} count */
  numbers(count) {
    if (count > this.bytes.length) refuse("artefact damaged");
    return Array.from({ length: count }, () => this.number());
  }

  big() {
    let value = 0n;
    for (let left = this.number(); left > 0; left--) value = value * 256n + BigInt(this.bytes[this.at++]);
    return value;
  }
}

/** @param {number[]} gaps */
const ascending = (gaps) => {
  let at = -1;
  return gaps.map((gap) => (at += gap + 1));
};

/**
 * @param {Reader} reader
 * @param {number[][]} live slots of each variable that some configuration has
 * @returns {Component}
 */
const readComponent = (reader, live) => {
  const length = reader.number();
  const vars = reader.numbers(length);
  const counts = reader.numbers(length);
  const slots = vars.map((v) => live[v] ?? refuse("artefact damaged"));
  const nodes = counts.reduce((sum, one) => sum + one, 0);
  const level = new Int32Array(nodes + 1).fill(length, 0, 1);
  for (let l = length - 1, n = 1; l >= 0; l--) n += level.fill(l, n, n + counts[l]) && counts[l];
  const start = new Int32Array(nodes + 2);
  reader.numbers(nodes).forEach((more, n) => (start[n + 2] = start[n + 1] + more + 1));
  const edges = start[nodes + 1];
  const slot = new Int32Array(edges);
  for (let n = 1; n <= nodes; n++) {
    ascending(reader.numbers(start[n + 1] - start[n])).forEach((value, i) => {
      slot[start[n] + i] = slots[level[n]][value] ?? refuse("artefact damaged");
    });
  }
  const which = reader.numbers(edges);
  const to = new Int32Array(edges);
  const pair = new Int32Array(edges).fill(-1);
  /** @type {number[][]} */
  const pairs = [[-1, level[nodes]]];
  const known = new Map();
  for (let n = 1, first = 0; n <= nodes; n++) {
    /** @type {number[]} */
    const targets = [];
    for (let e = start[n], before = first; e < start[n + 1]; e++) {
      if (which[e] === targets.length) {
        const code = reader.number();
        before += code & 1 ? -(code + 1) / 2 : code / 2;
        if (!(before >= 0 && before < n && level[before] > level[n])) refuse("artefact damaged");
        targets.push(before);
      }
      const target = targets[which[e]] ?? refuse("artefact damaged");
      to[e] = target;
      if (level[target] > level[n] + 1) {
        const key = level[n] * (length + 1) + level[target];
        if (!known.has(key)) known.set(key, pairs.push([level[n], level[target]]) - 1);
        pair[e] = known.get(key);
      }
    }
    first = targets[0];
  }
  const first = new Int32Array(length + 1);
  slots.forEach((some, l) => (first[l + 1] = first[l] + some.length));
  const sums = () => new Float64Array(nodes + 1);
  return { vars, level, start, slot, to, pair, pairs, root: nodes, slots, flat: Int32Array.from(slots.flat()), first, up: sums(), down: sums() };
};

/**
 * Take from the weights of each level the least among them, then find for each node, in `part.up`, by how
 * much the best way to the end exceeds nothing. Levels that an edge skips add nothing then.
 * @param {Component} part @param {Float64Array} weight changed in place
 * @returns {number} the least weight of the component, Infinity where nothing is possible
 */
const upward = (part, weight) => {
  const start = part.start, slot = part.slot, to = part.to, flat = part.flat, first = part.first, up = part.up, root = part.root;
  let total = 0;
  for (let l = 1; l < first.length; l++) {
    let least = Infinity;
    for (let i = first[l - 1]; i < first[l]; i++) if (weight[flat[i]] < least) least = weight[flat[i]];
    if (least === Infinity) return least;
    if (least) for (let i = first[l - 1]; i < first[l]; i++) weight[flat[i]] -= least;
    total += least;
  }
  for (let n = 1, e = 0; n <= root; n++) {
    let least = Infinity;
    for (const end = start[n + 1]; e < end; e++) {
      const sum = weight[slot[e]] + up[to[e]];
      if (sum < least) least = sum;
    }
    up[n] = least;
  }
  return total + up[root];
};

/**
 * The least weight of a whole configuration through each slot.
 * @param {Component} part @param {Float64Array} weight as `upward` left it @param {number} total of all components
 * @param {Float64Array} result filled for the component's slots; Infinity before
 */
const through = (part, weight, total, result) => {
  const start = part.start, slot = part.slot, to = part.to, pair = part.pair, pairs = part.pairs, root = part.root, flat = part.flat, first = part.first, up = part.up, down = part.down.fill(Infinity);
  const skipped = new Float64Array(pairs.length).fill(Infinity);
  const over = new Float64Array(first.length).fill(Infinity);
  down[root] = 0;
  skipped[0] = up[root];
  for (let n = root; n > 0; n--) {
    const before = down[n];
    if (before === Infinity) continue;
    for (let e = start[n], end = start[n + 1]; e < end; e++) {
      const s = slot[e], t = to[e], p = pair[e];
      const reach = before + weight[s];
      const sum = reach + up[t];
      if (reach < down[t]) down[t] = reach;
      if (sum < result[s]) result[s] = sum;
      if (p >= 0 && sum < skipped[p]) skipped[p] = sum;
    }
  }
  for (let p = 0; p < pairs.length; p++) {
    for (let l = pairs[p][0] + 1; l < pairs[p][1]; l++) if (skipped[p] < over[l]) over[l] = skipped[p];
  }
  const rest = total - up[root];
  for (let l = 1; l < first.length; l++) {
    for (let i = first[l - 1]; i < first[l]; i++) result[flat[i]] = rest + Math.min(result[flat[i]], over[l - 1] + weight[flat[i]]);
  }
};

/**
 * A smallest subset of `constraints` that cannot hold together (QuickXplain, Junker 2004).
 * @template T @param {T[]} constraints @param {(some: T[]) => boolean} holds @returns {T[]}
 */
const smallest = (constraints, holds) => {
  /** @param {T[]} background @param {boolean} fresh @param {T[]} rest @returns {T[]} */
  const explain = (background, fresh, rest) => {
    if (fresh && !holds(background)) return [];
    if (rest.length < 2) return rest;
    const left = rest.slice(0, rest.length >> 1);
    const right = rest.slice(rest.length >> 1);
    const second = explain([...background, ...left], left.length > 0, right);
    return [...explain([...background, ...second], second.length > 0, left), ...second];
  };
  return explain([], false, constraints);
};

/** One product being configured by one shopper. */
export class Configurator {
  /** @type {Component[]} */ #parts = [];
  /** @type {number[]} first slot of each variable */ #base = [];
  /** @type {number[]} slots that every configuration has */ #core = [];
  /** @type {Map<number, number>} variable to slot, in the order of choosing */ #chosen = new Map();
  /** @type {Map<string, number>} */ #index = new Map();
  /** @type {Int32Array} the variable of each slot */ #owner;
  /** @type {Float64Array} */ #price;
  /** @type {Float64Array} prices, masked slots at Infinity */ #cost;
  /** @type {Float64Array} the same with prices turned round */ #saving;
  #basePrice = 0;
  /** @type {{min: Float64Array, max: Float64Array, cap: number} | undefined} what `bounds` last found */ #known;

  /**
   * @param {ArrayBuffer | Uint8Array} data the artefact
   * @param {Labels} labels the JSON beside it
   * @throws {ConfiguratorError} where they are damaged or do not belong together
   */
  constructor(data, labels) {
    const bytes = new Uint8Array(data);
    const end = bytes.length - 4;
    if (String.fromCharCode(...bytes.subarray(0, 4)) !== "CDD1") refuse("not an artefact");
    if (hash(bytes.subarray(0, end)) !== new DataView(bytes.buffer, bytes.byteOffset).getUint32(end)) refuse("artefact damaged");
    this.rules = Array.from(bytes.subarray(5, 37), (byte) => byte.toString(16).padStart(2, "0")).join("");
    if (labels?.rules !== this.rules) refuse("labels of other rules");
    const reader = new Reader(bytes);
    this.seed = reader.number();
    /** How many configurations the rules allow. */
    this.size = reader.big();
    const sizes = reader.numbers(reader.number());
    if (sizes.length !== labels.options.length || labels.options.some((option, v) => option.values.length !== sizes[v])) refuse("labels of other rules");
    let slots = 0;
    const live = sizes.map((size) => {
      const dead = new Set(ascending(reader.numbers(reader.number())));
      this.#base.push(slots);
      slots += size;
      return Array.from({ length: size }, (_, i) => i).filter((i) => !dead.has(i)).map((i) => slots - size + i);
    });
    for (let left = reader.number(); left > 0; left--) this.#parts.push(readComponent(reader, live));
    this.#core = live.filter((values) => values.length === 1).map(([only]) => only);
    this.#price = new Float64Array(slots);
    this.#cost = new Float64Array(slots);
    this.#saving = new Float64Array(slots);
    this.#owner = new Int32Array(slots);
    this.labels = labels;
    this.slots = slots;
    this.cap = Infinity;
    labels.options.forEach((option, v) => {
      this.#index.set(option.id, v);
      option.values.forEach((value, i) => {
        this.#owner[this.#base[v] + i] = v;
        this.#price[this.#base[v] + i] = value.price ?? 0;
        this.#cost[this.#base[v] + i] = value.off ? Infinity : this.#price[this.#base[v] + i];
        this.#saving[this.#base[v] + i] = value.off ? Infinity : -this.#price[this.#base[v] + i];
      });
    });
    this.#basePrice = labels.base?.price ?? 0;
  }

  /** The options a shopper sees, in order. */
  get options() {
    return this.labels.options.filter((option) => !option.aux);
  }

  /** The shopper's own choices, option id to value id, in the order they were made. */
  get choices() {
    return Object.fromEntries([...this.#chosen].map(([v, s]) => [this.labels.options[v].id, this.#value(s, v)]));
  }

  /** @param {string} option @param {string} value @returns {number} the slot of a value */
  slot(option, value) {
    const v = this.#variable(option);
    const i = this.labels.options[v].values.findIndex((one) => one.id === value);
    return i < 0 ? refuse(`no value ${option}=${value}`) : this.#base[v] + i;
  }

  /** @param {string} option */
  #variable(option) {
    return this.#index.get(option) ?? refuse(`no option ${option}`);
  }

  /** @param {number} slot @param {number} variable */
  #value(slot, variable) {
    return this.labels.options[variable].values[slot - this.#base[variable]].id;
  }

  /**
   * Weights with every slot that the choices rule out at Infinity.
   * @param {Map<number, number>} chosen @param {Float64Array | ((slot: number) => number)} weigh
   */
  #weights(chosen, weigh) {
    const weight = typeof weigh === "function" ? this.#cost.map((price, s) => (price < Infinity ? weigh(s) : price)) : weigh.slice();
    for (const [v, kept] of chosen) {
      for (let s = this.#base[v]; s < (this.#base[v + 1] ?? this.slots); s++) if (s !== kept) weight[s] = Infinity;
    }
    return weight;
  }

  /** The least total of the weights, which are changed in place. @param {Float64Array} weight */
  #least(weight) {
    let total = 0;
    for (const s of this.#core) total += weight[s];
    for (const part of this.#parts) {
      if (total === Infinity) break;
      total += upward(part, weight);
    }
    return total;
  }

  /** @param {Float64Array} weight @returns {Float64Array} the least total weight through each slot */
  #through(weight) {
    const result = new Float64Array(this.slots).fill(Infinity);
    const total = this.#least(weight);
    if (total === Infinity) return result;
    for (const part of this.#parts) through(part, weight, total, result);
    for (const s of this.#core) result[s] = total;
    return result;
  }

  /**
   * The exact least and greatest total of each slot under the choices; Infinity where impossible,
   * or dearer than the cap even at its least. Two passes over the diagram; kept until the next change.
   */
  bounds() {
    if (this.#known?.cap === this.cap) return this.#known;
    const min = this.#through(this.#weights(this.#chosen, this.#cost));
    const max = this.#through(this.#weights(this.#chosen, this.#saving));
    for (let s = 0; s < this.slots; s++) {
      min[s] += this.#basePrice;
      max[s] = this.#basePrice - max[s];
      if (min[s] > this.cap) min[s] = Infinity;
      if (min[s] === Infinity) max[s] = Infinity;
    }
    return (this.#known = { min, max, cap: this.cap });
  }

  /** @param {string} option @param {string} value whether it can be chosen, leaving all other choices */
  possible(option, value) {
    const v = this.#variable(option), slot = this.slot(option, value);
    if (this.#known?.cap === this.cap && !this.#chosen.has(v)) return this.#known.min[slot] < Infinity;
    return this.#fits([...this.#chosen].filter(([other]) => other !== v), v, slot, true);
  }

  /** @param {[number, number][]} chosen @param {number} v @param {number} slot @param {boolean} capped */
  #fits(chosen, v, slot, capped) {
    const weight = this.#weights(new Map([...chosen, [v, slot]]), this.#cost);
    const least = this.#least(weight);
    return least < Infinity && !(capped && least + this.#basePrice > this.cap);
  }

  /**
   * Choose a value in place of any earlier one; refused where it does not fit the other choices.
   * @param {string} option @param {string} value @returns {boolean} whether it was taken
   */
  choose(option, value) {
    if (!this.possible(option, value)) return false;
    this.#take(option, value);
    return true;
  }

  /** @param {string} option @param {string} value */
  #take(option, value) {
    this.#known = undefined;
    this.#chosen.set(this.#variable(option), this.slot(option, value));
  }

  /** @param {string} [option] forget one choice, or all */
  unchoose(option) {
    this.#known = undefined;
    if (option === undefined) this.#chosen.clear();
    else this.#chosen.delete(this.#variable(option));
  }

  /**
   * For each slot the fewest of the shopper's choices that must change to have it (its own option's
   * included), Infinity where nothing helps. One pass.
   */
  changes() {
    const result = this.#through(this.#weights(new Map(), this.#penalty));
    return result.map((sum) => Math.round(sum / CHANGE));
  }

  /** @param {number} s the price of a slot, and a change where the shopper chose otherwise */
  #penalty = (s) => {
    const kept = this.#chosen.get(this.#owner[s]);
    return (kept === undefined || kept === s ? 0 : CHANGE) + this.#price[s];
  };

  /**
   * The choices (and `cap`) that rule a value out: null where it is possible, an empty list where the
   * rules alone do. No proper subset of the answer rules it out.
   * @param {string} option @param {string} value
   * @returns {{choices: string[], cap: boolean} | null}
   */
  why(option, value) {
    const v = this.#variable(option);
    const slot = this.slot(option, value);
    if (this.possible(option, value)) return null;
    /** @type {(number | "cap")[]} */
    const all = [...this.#chosen.keys()].filter((other) => other !== v);
    if (this.cap < Infinity) all.push("cap");
    const found = smallest(all, (some) => {
      const kept = some.filter((one) => one !== "cap").map((one) => /** @type {[number, number]} */ ([one, this.#chosen.get(/** @type {number} */ (one))]));
      return this.#fits(kept, v, slot, some.includes("cap"));
    });
    const alone = !this.#fits([], v, slot, false);
    const blamed = alone ? [] : found;
    return {
      choices: blamed.filter((one) => one !== "cap").map((one) => this.labels.options[/** @type {number} */ (one)].id),
      cap: blamed.includes("cap"),
    };
  }

  /**
   * The fewest changes to the shopper's choices that allow a value within the cap, the cheapest among
   * those; null where nothing does.
   * @param {string} option @param {string} value @param {number} cap
   * @returns {{changes: {option: string, from: string, to: string}[], total: number} | null}
   */
  how(option, value, cap = this.cap) {
    const v = this.#variable(option);
    const slot = this.slot(option, value);
    const wanted = new Map([[v, slot]]);
    let found = this.#solve(this.#weights(wanted, this.#penalty));
    if (found && this.#configuration(found).total > cap) found = this.#within(this.#weights(wanted, this.#cost), cap);
    if (!found) return null;
    const changes = [...this.#chosen]
      .filter(([other, kept]) => other !== v && found[other] !== kept)
      .map(([other, kept]) => ({
        option: this.labels.options[other].id,
        from: this.#value(kept, other),
        to: this.#value(found[other], other),
      }));
    return { changes, total: this.#configuration(found).total };
  }

  /**
   * The cheapest assignment with as few changes as the cap allows, null where it allows none: the least
   * price below each place of a path for every number of changes.
   * @param {Float64Array} weight prices @param {number} cap
   */
  #within(weight, cap) {
    const parts = this.#parts;
    const none = Array.from({ length: this.#chosen.size + 1 }, () => 0);
    /** @param {number} s */
    const change = (s) => +((this.#chosen.get(this.#owner[s]) ?? s) !== s);
    /** @type {Map<number, number[]>[]} */
    const known = parts.map(() => new Map());
    /** @param {Component} part @param {number} n @param {number} l @returns {number[][]} slots and the nodes they lead to */
    const ways = ({ level, slots, start, slot, to }, n, l) =>
      l < level[n] ? slots[l].map((s) => [s, n]) : Array.from(slot.subarray(start[n], start[n + 1]), (s, i) => [s, to[start[n] + i]]);
    /** @param {number} p @param {number} n @param {number} l @returns {number[]} */
    const below = (p, n, l) => {
      const part = parts[p];
      if (!part) return none;
      if (l === part.slots.length) return below(p + 1, parts[p + 1]?.root, 0);
      const key = n * part.slots.length + l;
      let sums = known[p].get(key);
      if (!sums) {
        sums = none.map(() => Infinity);
        for (const [s, m] of ways(part, n, l)) below(p, m, l + 1).forEach((sum, k) => (sums[k + change(s)] = Math.min(sums[k + change(s)], sum + weight[s])));
        known[p].set(key, sums = sums.slice(0, none.length));
      }
      return sums;
    };
    const room = this.#core.reduce((left, s) => left - weight[s], cap - this.#basePrice);
    let left = below(0, parts[0]?.root, 0).findIndex((sum) => sum <= room);
    if (left < 0) return null;
    /** @type {number[]} */
    const found = [];
    for (const s of this.#core) found[this.#owner[s]] = s;
    parts.forEach((part, p) => {
      part.vars.reduce((n, v, l) => {
        /** @param {number[]} way */
        const cost = (way) => weight[way[0]] + (below(p, way[1], l + 1)[left - change(way[0])] ?? Infinity);
        const best = ways(part, n, l).reduce((one, other) => (cost(other) < cost(one) ? other : one));
        left -= change(best[0]);
        found[v] = best[0];
        return best[1];
      }, part.root);
    });
    return found;
  }

  /** Choose a value and change what `how` says. @param {string} option @param {string} value @param {number} [cap] */
  force(option, value, cap) {
    const found = this.how(option, value, cap);
    if (!found) return null;
    for (const change of found.changes) this.#take(change.option, change.to);
    this.#take(option, value);
    return found;
  }

  /**
   * A lightest assignment, one slot for each variable; the first of equals.
   * @param {Float64Array} weight @returns {number[] | null}
   */
  #solve(weight) {
    if (this.#least(weight) === Infinity) return null;
    return this.#walk((part) => {
      const up = part.up;
      return {
        edge: (n) => {
          let best = part.start[n];
          let least = Infinity;
          for (let e = best; e < part.start[n + 1]; e++) {
            const sum = weight[part.slot[e]] + up[part.to[e]];
            if (sum < least) [least, best] = [sum, e];
          }
          return best;
        },
        free: (slots) => slots.reduce((best, s) => (weight[s] < weight[best] ? s : best)),
      };
    });
  }

  /**
   * Go from the root to the end of each component.
   * @param {(part: Component, p: number) => {edge: (node: number) => number, free: (slots: number[]) => number}} guide
   */
  #walk(guide) {
    /** @type {number[]} */
    const found = [];
    for (const s of this.#core) found[this.#owner[s]] = s;
    this.#parts.forEach((part, p) => {
      const guided = guide(part, p);
      let l = 0;
      for (let n = part.root; ; ) {
        for (; l < part.level[n]; l++) found[part.vars[l]] = guided.free(part.slots[l]);
        if (n === 0) break;
        const e = guided.edge(n);
        found[part.vars[l++]] = part.slot[e];
        n = part.to[e];
      }
    });
    return found;
  }

  /** @param {number[]} found one slot for each variable @returns {Configuration} */
  #configuration(found) {
    /** @type {Record<string, number>} */
    const parts = { __proto__: null, ...this.labels.base?.parts };
    /** @type {Record<string, string>} */
    const values = { __proto__: null };
    /** @type {string[]} */
    const hidden = [];
    let total = this.#basePrice;
    this.labels.options.forEach((option, v) => {
      const value = option.values[found[v] - this.#base[v]];
      total += value.price ?? 0;
      for (const [sku, count] of Object.entries(value.parts ?? {})) parts[sku] = (parts[sku] ?? 0) + count;
      if (!option.aux) values[option.id] = value.id;
      else if (option.of && value.id === "no") hidden.push(option.of);
    });
    return { values, total, parts, hidden };
  }

  /** @param {number} s the price of a slot, and a change where it is not the default */
  #leaving = (s) => {
    const v = this.#owner[s];
    const usual = this.labels.options[v].default;
    return (usual === undefined || this.#base[v] + usual === s ? 0 : CHANGE) + this.#price[s];
  };

  /**
   * The configuration to show: the choices, then as many defaults as fit, then the cheapest; the
   * cheapest of all where that would be dearer than the cap. Null where the choices do not fit.
   * @returns {Configuration | null}
   */
  complete() {
    const found = this.#solve(this.#weights(this.#chosen, this.#leaving));
    const shown = found && this.#configuration(found);
    return shown && shown.total > this.cap ? this.cheapest() : shown;
  }

  /** What the shown configuration's total becomes with each slot (before the cap). One pass. */
  totals() {
    const result = this.#through(this.#weights(this.#chosen, this.#leaving));
    return result.map((sum) => (sum < Infinity ? sum - Math.round(sum / CHANGE) * CHANGE + this.#basePrice : sum));
  }

  /**
   * What the shown total becomes where a value takes the place of the choice on its option.
   * @param {string} option @param {string} value @returns {number} Infinity where impossible
   */
  instead(option, value) {
    const chosen = new Map(this.#chosen).set(this.#variable(option), this.slot(option, value));
    const found = this.#solve(this.#weights(chosen, this.#leaving));
    return found ? this.#configuration(found).total : Infinity;
  }

  /** @returns {Configuration | null} the cheapest configuration with the choices */
  cheapest() {
    const found = this.#solve(this.#weights(this.#chosen, this.#cost));
    return found && this.#configuration(found);
  }

  /** @param {Component} part @param {Float64Array} weight numbers of configurations below each node */
  #counts(part, weight) {
    const level = part.level, start = part.start, slot = part.slot, to = part.to, slots = part.slots, root = part.root;
    const below = [1n];
    for (let l = slots.length - 1; l >= 0; l--) {
      below.unshift(below[0] * BigInt(slots[l].filter((s) => weight[s] < Infinity).length));
    }
    const counts = [1n];
    for (let n = 1; n <= root; n++) {
      let sum = 0n;
      for (let e = start[n]; e < start[n + 1]; e++) {
        if (weight[slot[e]] < Infinity && below[0]) sum += (counts[to[e]] * below[level[n] + 1]) / below[level[to[e]]];
      }
      counts.push(sum);
    }
    const all = below[0] ? (counts[root] * below[0]) / below[level[root]] : 0n;
    return { counts, below, all };
  }

  /** How many configurations have the choices (the cap left out); exact. */
  count() {
    const weight = this.#weights(this.#chosen, () => 0);
    const core = this.#core.some((s) => weight[s] === Infinity) ? 0n : 1n;
    return this.#parts.reduce((product, part) => product * this.#counts(part, weight).all, core);
  }

  /**
   * A configuration with the choices, each as likely as any other.
   * @param {() => number} [word] 32 random bits; the browser's own randomness where absent
   * @returns {Configuration | null}
   */
  random(word = () => crypto.getRandomValues(new Uint32Array(1))[0]) {
    const weight = this.#weights(this.#chosen, () => 0);
    if (!this.count()) return null;
    /** @param {bigint} limit uniform in 0..limit-1, by rejection */
    const below = (limit) => {
      const bits = BigInt(limit.toString(2).length);
      for (;;) {
        let number = 0n;
        for (let got = 0n; got < bits; got += 32n) number = (number << 32n) | BigInt(word());
        number &= (1n << bits) - 1n;
        if (number < limit) return number;
      }
    };
    const found = this.#walk((part) => {
      const tally = this.#counts(part, weight);
      return {
        edge: (n) => {
          let left = below(tally.counts[n]);
          for (let e = part.start[n]; ; e++) {
            if (weight[part.slot[e]] === Infinity) continue;
            const t = part.to[e];
            left -= (tally.counts[t] * tally.below[part.level[n] + 1]) / tally.below[part.level[t]];
            if (left < 0n) return e;
          }
        },
        free: (slots) => {
          const open = slots.filter((s) => weight[s] < Infinity);
          return open[Number(below(BigInt(open.length)))];
        },
      };
    });
    return this.#configuration(found);
  }

  /** @param {number} width @returns {(option: string, value: string) => string} a value's name in codes */
  #namer(width) {
    const utf8 = new TextEncoder();
    return (option, value) => {
      let h = hash(utf8.encode(`${option}=${value}`));
      let name = "";
      for (let i = 0; i < width; i++, h = Math.floor(h / 64)) name += ALPHABET[h % 64];
      return name;
    };
  }

  /** @param {number} width @returns {Map<string, [string, string]>} what each name in a code means here */
  #names(width) {
    const name = this.#namer(width);
    return new Map(this.options.flatMap((option) => option.values.map((value) => [name(option.id, value.id), [option.id, value.id]])));
  }

  /** A short text that restores the choices, here and in later versions of the rules. */
  code() {
    const all = this.options.reduce((sum, option) => sum + option.values.length, 0);
    let width = 3;
    while (width < 5 && this.#names(width).size < all) width++;
    const name = this.#namer(width);
    return width + Object.entries(this.choices).map(([option, value]) => name(option, value)).join("");
  }

  /**
   * Choose what a code says. `unknown` counts what these rules do not know, `refused` lists choices
   * that no longer fit the ones before them.
   * @param {string} code
   */
  restore(code) {
    const width = Number(code[0]);
    const result = { unknown: 0, refused: /** @type {[string, string][]} */ ([]) };
    this.unchoose();
    if (!(width >= 3 && width <= 5)) return { ...result, unknown: code ? 1 : 0 };
    const names = this.#names(width);
    for (let at = 1; at < code.length; at += width) {
      const meant = names.get(code.slice(at, at + width));
      if (!meant) result.unknown++;
      else if (!this.choose(...meant)) result.refused.push(meant);
    }
    return result;
  }
}

// Random click paths in Node: the shipped runtime alone, or beside logic-solver with the same clicks.
// Reads {artefact, labels, paths, clicks, seed, solver?, rules?} on standard input, writes milliseconds as JSON.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { Configurator } from "../widgets/configurator/runtime.js";

const job = JSON.parse(readFileSync(0, "utf8"));
let state = job.seed;
const dice = (below) => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) % below;
const quantile = (times, q) => [...times].sort((a, b) => a - b)[Math.min(times.length - 1, Math.floor(times.length * q))];

const began = performance.now();
const c = new Configurator(Buffer.from(job.artefact, "base64"), job.labels);
const loaded = performance.now();
c.bounds();
const first = performance.now();

/** Formulas of the rules as terms of logic-solver; one term for each value of each option. */
const peer = () => {
  const Logic = createRequire(job.solver)("logic-solver");
  const solver = new Logic.Solver();
  const name = (v, i) => `o${v}v${i}`;
  const term = ([kind, ...rest]) => {
    switch (kind) {
      case "among": return Logic.or(rest[1].map((i) => name(rest[0], i)));
      case "not": return Logic.not(term(rest[0]));
      case "every": return Logic.and(rest.map(term));
      case "some": return Logic.or(rest.map(term));
      case "between": {
        const sum = Logic.sum(rest.slice(2).map(term));
        return Logic.and(Logic.greaterThanOrEqual(sum, Logic.constantBits(rest[0])), Logic.lessThanOrEqual(sum, Logic.constantBits(rest[1])));
      }
      default: throw new Error(`no ${kind} in this comparison`);
    }
  };
  c.options.forEach((option, v) => solver.require(Logic.exactlyOne(option.values.map((_, i) => name(v, i)))));
  for (const rule of job.rules) solver.require(term(rule));
  return {
    /** Possible values by one solve for each that no model so far has shown. */
    domains(chosen) {
      const given = Logic.and(...Object.entries(chosen).map(([v, i]) => name(v, i)), Logic.TRUE);
      const seen = new Set();
      const note = (model) => model.getTrueVars().forEach((one) => seen.add(one));
      const any = solver.solveAssuming(given);
      if (any) note(any);
      c.options.forEach((option, v) => option.values.forEach((_, i) => {
        if (!seen.has(name(v, i))) {
          const model = solver.solveAssuming(Logic.and(given, name(v, i)));
          if (model) note(model);
        }
      }));
      return seen;
    },
    name,
  };
};

const other = job.solver ? peer() : null;
const mine = [];
const busy = [];
const theirs = [];
let different = 0;
for (let path = 0; path < job.paths; path++) {
  c.unchoose();
  const chosen = {};
  for (let click = 0; click < job.clicks; click++) {
    const v = dice(c.options.length);
    const option = c.options[v];
    const i = dice(option.values.length);
    const used = process.cpuUsage();
    const start = performance.now();
    const taken = c.choose(option.id, option.values[i].id);
    const { min } = c.bounds();
    mine.push(performance.now() - start);
    const spent = process.cpuUsage(used);
    busy.push((spent.user + spent.system) / 1000);
    if (taken) chosen[v] = i;
    if (!other) continue;
    const asked = performance.now();
    const seen = other.domains(chosen);
    theirs.push(performance.now() - asked);
    c.options.forEach((one, w) => one.values.forEach((value, j) => {
      different += (min[c.slot(one.id, value.id)] < Infinity) !== seen.has(other.name(w, j));
    }));
  }
}
process.stdout.write(JSON.stringify({
  load: loaded - began, first: first - began, clicks: mine.length, median: quantile(mine, 0.5), p95: quantile(mine, 0.95), busy: quantile(busy, 0.95),
  peer: other ? quantile(theirs, 0.5) : null, different,
}));

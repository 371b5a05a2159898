// Runs the shipped module: reads jobs on standard input, writes the answers as JSON.
import { readFileSync } from "node:fs";
import { Configurator } from "../../widgets/configurator/runtime.js";

const finite = (sum) => (Number.isFinite(sum) ? sum : null);

/** Per-slot numbers by option and value, impossible ones left out. */
const bySlot = (c, ...columns) =>
  Object.fromEntries(
    c.options.map((option) => [
      option.id,
      Object.fromEntries(
        option.values
          .filter((value) => !value.off && columns.every((column) => Number.isFinite(column[c.slot(option.id, value.id)])))
          .map((value) => {
            const found = columns.map((column) => column[c.slot(option.id, value.id)]);
            return [value.id, found.length === 1 ? found[0] : found];
          }),
      ),
    ]),
  );

const ask = (c, [what, ...args]) => {
  switch (what) {
    case "choose": return c.choose(...args);
    case "unchoose": return c.unchoose(...args) ?? null;
    case "cap": c.cap = args[0] ?? Infinity; return finite(c.cap);
    case "bounds": { const { min, max } = c.bounds(); return bySlot(c, min, max); }
    case "changes": return bySlot(c, c.changes());
    case "totals": return bySlot(c, c.totals());
    case "count": return String(c.count());
    case "size": return String(c.size);
    case "random": { let seed = args[0]; return c.random(() => (seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0) ^ (seed >>> 13)); }
    case "choices": return c.choices;
    default: return c[what](...args);
  }
};

const answer = ({ artefact, labels, steps }) => {
  try {
    const c = new Configurator(Buffer.from(artefact, "base64"), labels);
    return steps.map((step) => ask(c, step));
  } catch (error) {
    return { error: error.constructor.name, message: error.message };
  }
};

process.stdout.write(JSON.stringify(JSON.parse(readFileSync(0, "utf8")).map(answer)));

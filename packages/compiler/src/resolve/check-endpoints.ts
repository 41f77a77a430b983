/** Every name a part uses exists, and the graph makes sense: who predicts whom, what is observed. */
import { closest, onlyClosest } from "@settle/diagnostics";
import type { FaultList } from "../fault.ts";
import type { NormalCircuit } from "../normalize/normal-circuit.ts";
import { pointerTo } from "../pointer-to.ts";

export function checkEndpoints(circuit: NormalCircuit, faults: FaultList): void {
  checkIds(circuit, faults);
  const states = new Set(circuit.states.map((state) => state.id));
  const errors = new Set(circuit.errors.map((error) => error.id));

  const firstErrorOf = new Map<string, string>();
  for (const error of circuit.errors) {
    const pointer = pointerTo("errors", error.id, "target");
    if (!states.has(error.target)) {
      faults.report({
        code: "resolve/unknown-state",
        pointer,
        message: `Error node "${error.id}" belongs to "${error.target}", and there is no such state.`,
        ...suggestion(error.target, states, pointer),
      });
      continue;
    }
    const first = firstErrorOf.get(error.target);
    if (first === undefined) firstErrorOf.set(error.target, error.id);
    else {
      faults.report({
        code: "resolve/second-error-node",
        pointer,
        message: `State "${error.target}" has two error nodes, "${first}" and "${error.id}".`,
        help: `point the synapses of "${error.id}" at "${first}" and remove "${error.id}": an error node gathers any number of predictors.`,
      });
    }
  }
  for (const synapse of circuit.synapses) {
    if (!states.has(synapse.from)) {
      const pointer = pointerTo("synapses", synapse.id, "from");
      const mixed = errors.has(synapse.from);
      faults.report({
        code: "resolve/unknown-state",
        pointer,
        message: `Synapse "${synapse.id}" comes from "${synapse.from}", ${mixed ? "which is an error node; a generative synapse starts at a state" : "and there is no such state"}.`,
        ...suggestion(synapse.from, states, pointer),
      });
    }
    if (!errors.has(synapse.to)) {
      const pointer = pointerTo("synapses", synapse.id, "to");
      const nodes = circuit.errors.filter((error) => error.target === synapse.to).map((error) => error.id);
      const [node] = nodes;
      faults.report({
        code: "resolve/unknown-error",
        pointer,
        message: `Synapse "${synapse.id}" points at "${synapse.to}", ${states.has(synapse.to) ? "which is a state; a generative synapse ends at an error node" : "and there is no such error node"}.`,
        ...(node === undefined
          ? suggestion(synapse.to, errors, pointer)
          : {
              help: `"${node}" is the error node of "${synapse.to}".`,
              repair: [{ op: "replace", path: pointer, value: node }],
            }),
      });
    }
  }
  for (const lateral of circuit.laterals) {
    for (const end of lateral.from === lateral.to ? (["from"] as const) : (["from", "to"] as const)) {
      const state = lateral[end];
      if (states.has(state)) continue;
      const pointer = pointerTo("laterals", lateral.id, end);
      const target = circuit.errors.find((error) => error.id === state)?.target;
      faults.report({
        code: "resolve/unknown-state",
        pointer,
        message: `Lateral synapse "${lateral.id}" ${end === "from" ? "comes from" : "leads to"} "${state}", ${target === undefined ? "and there is no such state" : "which is an error node; a lateral synapse joins states"}.`,
        ...(target === undefined
          ? suggestion(state, states, pointer)
          : {
              help: `"${state}" is the error node of "${target}".`,
              repair: [{ op: "replace", path: pointer, value: target }],
            }),
      });
    }
  }
  // What a misspelt name leaves unconnected would only repeat that fault.
  const misspelt = faults.faults.some(
    ({ code }) => code === "resolve/unknown-state" || code === "resolve/unknown-error",
  );
  if (!misspelt) checkUse(circuit, faults);
}

/** States, synapses and lateral synapses name tensors, so no two of them may have one name. */
function checkIds(circuit: NormalCircuit, faults: FaultList): void {
  const owners = new Map(circuit.states.map(({ id }) => [id, "state"]));
  for (const [section, what, parts] of [
    ["synapses", "synapse", circuit.synapses],
    ["laterals", "lateral synapse", circuit.laterals],
  ] as const) {
    for (const { id } of parts) {
      const owner = owners.get(id);
      if (owner === undefined) owners.set(id, what);
      else {
        faults.report({
          code: "resolve/same-id",
          pointer: pointerTo(section, id),
          at: "key",
          message: `There is a ${owner} "${id}" and a ${what} "${id}".`,
          help: "rename one of them: each names a tensor.",
        });
      }
    }
  }
}

function checkUse(circuit: NormalCircuit, faults: FaultList): void {
  const predicted = new Set(circuit.synapses.map((synapse) => synapse.to));
  for (const error of circuit.errors) {
    if (predicted.has(error.id)) continue;
    faults.report({
      code: "resolve/no-predictor",
      pointer: pointerTo("errors", error.id),
      at: "key",
      message: `Error node "${error.id}" has no predictor.`,
      help: `point a synapse at it ("to": "${error.id}"), or remove it.`,
    });
  }
  const { laterals } = circuit;
  const read = new Set([...circuit.synapses, ...laterals].map((synapse) => synapse.from));
  const measured = new Set(circuit.errors.map((error) => error.target));
  const corrected = new Set([...circuit.errorSynapses, ...laterals].map((synapse) => synapse.to));
  for (const state of circuit.states) {
    if (!read.has(state.id) && !measured.has(state.id)) {
      faults.report({
        code: "resolve/isolated-state",
        pointer: pointerTo("states", state.id),
        at: "key",
        message: `Nothing reads or corrects state "${state.id}".`,
        help: "connect it with a synapse or an error node, or remove it.",
      });
    } else if (!measured.has(state.id) && !corrected.has(state.id) && state.observed === undefined) {
      faults.report({
        code: "resolve/never-corrected",
        severity: "warning",
        pointer: pointerTo("states", state.id),
        at: "key",
        message: `State "${state.id}" is read but never corrected: it keeps its start (and leaks).`,
        help: 'let an error reach it: give one of its synapses "feedback": "tied", or let another state predict it.',
      });
    }
  }
  if (circuit.states.length > 0 && circuit.states.every((state) => state.observed === undefined)) {
    faults.report({
      code: "resolve/not-observed",
      pointer: "/states",
      at: "key",
      message: "No state is observed: there is nothing to feed data to.",
      help: 'give the state that data go to "observed": { "data": "image" }.',
    });
  }
}

function suggestion(
  name: string,
  known: ReadonlySet<string>,
  pointer: string,
): { readonly help: string; readonly repair?: readonly { op: "replace"; path: string; value: string }[] } {
  const match = closest(name, [...known]);
  if (match === undefined) return { help: `known: ${[...known].join(", ") || "none"}.` };
  const help = `did you mean "${match}"?`;
  if (match !== onlyClosest(name, known)) return { help };
  return { help, repair: [{ op: "replace", path: pointer, value: match }] };
}

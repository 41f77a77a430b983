// How far a trained circuit settles in how many steps, by integrator and rate; on several engines, whose curves must agree.
import path from "node:path";
import process from "node:process";
import { writeReportPage } from "@settle/runs";
import { createSession, openCircuitOrRun, openDataset, weightsOfRun } from "@settle/settle";

/** @typedef {readonly (readonly [step: number, discrepancy: number])[]} Curve */
/** @typedef {{ readonly name: string, readonly settle: Record<string, unknown> }} Contender */
/** @typedef {Contender & { readonly curve: Curve, readonly coreMilliseconds: number }} Settled */
/** @typedef {Awaited<ReturnType<typeof openTrained>>} Trained */

/** Steps that are followed. */
const steps = 120;
/** Steps that tables show. */
const shown = [5, 10, 15, 20, 30, 60, 90, 120];

const heavyBall = (/** @type {number} */ factor) => ({ kind: "momentum", factor });
const nesterov = (/** @type {number} */ factor) => ({ kind: "momentum", factor, nesterov: true });
/** What β·λmax must stay below, as `settle explain` prints it. */
const heavyBallRange = (/** @type {number} */ m) => 2 * (1 + m);
const nesterovRange = (/** @type {number} */ m) => (2 * (1 + m)) / (1 + 2 * m);

/**
 * @param {{ run: string, data?: string, images: number, engines: readonly string[], grid: boolean, out?: string,
 *   say: (line: string) => void }} options
 */
export async function measureSettling({ run, data, images, engines, grid, out, say }) {
  const [first = "auto", ...others] = engines;
  const trained = await openTrained(run, data, images);
  const lambda = await lambdaMax(trained, first);
  const { name } = trained.spec;
  say("");
  say(`${name} of ${run}: ${images} test images, λmax ${lambda.toPrecision(3)}`);
  const settled = await settleAll(trained, contendersAt(lambda), first);
  say(`total discrepancy per image on ${first}, by steps; ms: processor time of a step of an image`);
  for (const line of table(settled)) say(line);
  /** @type {Record<string, number>} */
  const differences = {};
  for (const engine of others) {
    const difference = greatestDifference(settled, await settleAll(trained, contendersAt(lambda), engine));
    differences[engine] = difference;
    say(
      `${engine} differs from ${first} by at most ${difference.toExponential(1)}, relative, at any step of the stable ones`,
    );
  }
  const searched = grid ? await search(trained, lambda, first, discrepancyAt(settled[0]?.curve ?? [], steps), say) : [];
  if (out !== undefined) for (const file of await draw(out, name, settled)) say(`wrote ${file}`);
  return { circuit: name, run, images, lambdaMax: lambda, engine: first, settled, differences, grid: searched };
}

/** @param {string} run @param {string | undefined} data @param {number} images */
async function openTrained(run, data, images) {
  const { circuit, run: opened } = await openCircuitOrRun(run);
  if (opened === undefined) throw new Error(`${run} is no run folder: train one first`);
  const reference = data ?? opened.manifest.settings["data"];
  if (typeof reference !== "string") throw new Error("name the data: --data cifar10");
  const source = await openDataset(reference, { split: "test", limit: images });
  const fields = await source.read(Array.from({ length: images }, (_, i) => i));
  await source.close();
  return { spec: circuit.spec, weights: await weightsOfRun(opened), batch: { count: images, fields } };
}

/** At the states that the circuit settles to as it is. @param {Trained} trained @param {string} engine */
async function lambdaMax({ spec, weights, batch }, engine) {
  const session = await createSession(spec, { engine, threads: 1 });
  try {
    await session.parameters.import(weights);
    await session.settle(batch);
    return (await session.stability({ turns: 200 })).lambdaMax;
  } finally {
    await session.dispose();
  }
}

/** Rates are such that β·λmax is the number beside the name. @param {number} lambda @returns {readonly Contender[]} */
function contendersAt(lambda) {
  const at = (/** @type {number} */ growth) => ({ rate: growth / lambda });
  return [
    { name: "as declared", settle: {} },
    { name: "Euler 1.8", settle: { ...at(1.8), integrator: "euler" } },
    { name: "heavy ball .8, 1.8", settle: { ...at(1.8), integrator: heavyBall(0.8) } },
    { name: "heavy ball .5, 2.7", settle: { ...at(2.7), integrator: heavyBall(0.5) } },
    { name: "Nesterov .8, 1.25", settle: { ...at(1.25), integrator: nesterov(0.8) } },
    { name: "Nesterov .8, 1.8", settle: { ...at(1.8), integrator: nesterov(0.8) } },
    { name: "RK4 2.5", settle: { ...at(2.5), integrator: "rk4" } },
    { name: "adaptive", settle: { integrator: "adaptive" } },
  ];
}

/** @param {Trained} trained @param {readonly Contender[]} contenders @param {string} engine */
async function settleAll({ spec, weights, batch }, contenders, engine) {
  /** @type {Settled[]} */
  const all = [];
  for (const { name, settle } of contenders) {
    const session = await createSession({ ...spec, settle: { ...spec.settle, ...settle } }, { engine, threads: 1 });
    try {
      await session.parameters.import(weights);
      const { trace } = await session.settle(batch, { steps, trace: { every: 1 } });
      const before = process.cpuUsage();
      await session.settle(batch, { steps: 30 });
      const { user, system } = process.cpuUsage(before);
      const coreMilliseconds = (user + system) / 1e3 / batch.count / 30;
      all.push({ name, settle, curve: curveOf(trace), coreMilliseconds });
    } finally {
      await session.dispose();
    }
  }
  return all;
}

/**
 * The fewest steps to a discrepancy, by momentum and by β·λmax as a share of the stable range.
 * @param {Trained} trained @param {number} lambda @param {string} engine @param {number} goal
 * @param {(line: string) => void} say
 */
async function search({ spec, weights, batch }, lambda, engine, goal, say) {
  const shares = [0.3, 0.5, 0.7, 0.8, 0.9];
  const rows = [0.5, 0.6, 0.7, 0.8, 0.9].flatMap((m) => [
    { name: `heavy ball ${m}`, integrator: heavyBall(m), range: heavyBallRange(m) },
    { name: `Nesterov ${m}`, integrator: nesterov(m), range: nesterovRange(m) },
  ]);
  say("");
  say(`steps to ${goal.toFixed(2)}, by momentum and share of its stable range: "rate": { "auto": share }`);
  say("".padEnd(16) + shares.map((share) => String(share).padStart(6)).join(""));
  const found = [];
  for (const { name, integrator, range } of rows) {
    // A rate that follows λmax is a parameter: one Program serves all of them.
    const settle = { ...spec.settle, rate: { auto: 0.5 }, integrator };
    const session = await createSession({ ...spec, settle }, { engine, threads: 1 });
    try {
      /** @type {Record<string, string>} */
      const row = {};
      for (const share of shares) {
        const rate = Float32Array.of((share * range) / lambda);
        const tensor = /** @type {const} */ ({ role: "parameter", shape: [], data: rate });
        await session.parameters.import(new Map([...weights, ["settle/rate", tensor]]));
        const { trace } = await session.settle(batch, { steps, trace: { every: 1 } });
        row[share] = stepsTo(curveOf(trace), goal);
      }
      found.push({ name, steps: row });
      say(name.padEnd(16) + shares.map((share) => (row[share] ?? "").padStart(6)).join(""));
    } finally {
      await session.dispose();
    }
  }
  return found;
}

/** @param {string} folder @param {string} circuit @param {readonly Settled[]} settled */
async function draw(folder, circuit, settled) {
  /** @type {import("@settle/runs").PlotBlock} */
  const plot = {
    kind: "plot",
    name: "settling",
    caption: "Total discrepancy per image by steps taken.",
    x: { label: "steps" },
    y: { label: "total discrepancy per image", scale: "log" },
    series: settled.map(({ name, curve }) => ({ name, points: curve.filter(([step]) => step >= 5) })),
  };
  const page = { title: `How ${circuit} settles`, summary: "", sections: [{ heading: "", blocks: [plot] }] };
  const { images } = await writeReportPage({ images: folder, report: path.join(folder, "settling.html") }, page);
  return images;
}

/** @param {readonly Settled[]} settled */
function table(settled) {
  const goals = settled.slice(0, 2).map(({ curve }) => discrepancyAt(curve, steps));
  const rows = [
    ["", ...shown.map(String), "ms", "steps to the 1st's last", "to the 2nd's"],
    ...settled.map(({ name, curve, coreMilliseconds }) => [
      name,
      ...shown.map((step) => discrepancyAt(curve, step).toFixed(2)),
      coreMilliseconds.toFixed(4),
      ...goals.map((goal) => stepsTo(curve, goal)),
    ]),
  ];
  const widths = shown.map(() => 0).concat(0, 0, 0, 0);
  for (const row of rows) row.forEach((cell, k) => (widths[k] = Math.max(widths[k] ?? 0, cell.length)));
  return rows.map((row) =>
    row.map((cell, k) => (k === 0 ? cell.padEnd(widths[k] ?? 0) : cell.padStart(widths[k] ?? 0))).join("  "),
  );
}

/** @param {readonly { step: number, discrepancy: { total: number } }[]} trace @returns {Curve} */
const curveOf = (trace) => trace.map(({ step, discrepancy }) => [step, discrepancy.total]);

/** @param {Curve} curve @param {number} step */
const discrepancyAt = (curve, step) => curve.find(([at]) => at === step)?.[1] ?? Number.NaN;

/** The first step from which on the curve is there to stay. @param {Curve} curve @param {number} goal */
function stepsTo(curve, goal) {
  const above = curve.findLastIndex(([, value]) => !(value <= goal));
  return String(curve[above + 1]?.[0] ?? "–");
}

/** @param {readonly Settled[]} a @param {readonly Settled[]} b */
function greatestDifference(a, b) {
  // What overshoots amplifies the last bit.
  const stable = a.filter(({ curve }) => discrepancyAt(curve, steps) < discrepancyAt(curve, 0));
  return Math.max(
    ...stable.flatMap(({ name, curve }) => {
      const other = b.find((each) => each.name === name)?.curve ?? [];
      return curve.map(([step, value]) => Math.abs(discrepancyAt(other, step) - value) / value);
    }),
  );
}

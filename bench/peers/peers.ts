/**
 * `pnpm bench peers`: Settle's engines beside other libraries, the same numbers on all sides.
 *
 *     --python FILE        a Python with JAX, PyTorch or both          --onnxruntime DIR  where onnxruntime-node is installed
 *     --cases LIST         problem:batch:threads, by commas            --only TEXT        contenders whose name has it, by commas
 *     --rounds N           samples of each contender (default 7)       --json             one document on stdout
 *     --patience SECONDS   spent on waiting for other programs to finish, in each case (default 120)
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { compile } from "@settle/settle";
import { buildPeak } from "./build-peak.ts";
import { type Case, contendersOf } from "./contenders.ts";
import { differenceOf, makeProblem } from "./make-problem.ts";
import { problems } from "./problems.ts";
import { renderCase } from "./render-case.ts";
import { runContenders } from "./run-contenders.ts";

const { values: options } = parseArgs({
  options: {
    python: { type: "string" },
    onnxruntime: { type: "string" },
    cases: {
      type: "string",
      default:
        "conv-ngc:500:2,conv-ngc:500:1,conv-ngc:100:2,conv-ngc:100:1,conv-ngc:10:2,conv-ngc:1:2,dense-784:512:2,ngc:500:2",
    },
    only: { type: "string" },
    rounds: { type: "string", default: "7" },
    json: { type: "boolean", default: false },
    patience: { type: "string", default: "120" },
  },
});

const say = (text: string): void => void (options.json ? process.stderr : process.stdout).write(`${text}\n`);
const note = (text: string): void => void (process.stderr.isTTY && process.stderr.write(`\r\u001B[K${text}`));
const only = options.only?.split(",");
const folder = await mkdtemp(join(tmpdir(), "settle-peers-"));
try {
  const peak = buildPeak(folder);
  if (peak === undefined) say("not here: a C compiler, so nothing is said in shares of the peak");
  const report: object[] = [];
  for (const text of options.cases.split(",")) {
    const wanted = caseOf(text);
    const problem = await problems[wanted.problem]?.();
    if (problem === undefined) throw new Error(`there is no problem "${wanted.problem}"`);
    const compiled = compile(problem.circuit);
    if (!compiled.ok) throw new Error(`${wanted.problem} does not compile`);
    const file = join(folder, "problem.safetensors");
    note("the reference engine settles a few samples");
    const settled = await makeProblem(problem, { file, batch: wanted.batch, checked: Math.min(4, wanted.batch) });
    const results = await runContenders(
      contendersOf(wanted, { problem: file, ...(peak !== undefined && { peak }), places: places() }).filter(
        ({ name }) => only === undefined || only.some((part) => name.includes(part)),
      ),
      {
        rounds: Number(options.rounds),
        patience: Number(options.patience),
        check: async (worker) => {
          const answers = join(folder, "settled.safetensors");
          await rm(answers, { force: true });
          await worker.ask({ do: "write", file: answers, samples: settled.samples });
          return differenceOf(answers, settled);
        },
        onProgress: note,
      },
    );
    note("");
    const flop = compiled.analysis.flopsPerSettle;
    say(renderCase(wanted, flop, results));
    report.push({ ...wanted, flop, results });
  }
  if (options.json) process.stdout.write(`${JSON.stringify(report satisfies readonly object[], undefined, 2)}\n`);
} finally {
  await rm(folder, { recursive: true, force: true });
}

function places(): { readonly python?: string; readonly onnxruntime?: string } {
  const { python, onnxruntime } = options;
  return { ...(python !== undefined && { python }), ...(onnxruntime !== undefined && { onnxruntime }) };
}

function caseOf(text: string): Case {
  const [problem = "", batch, threads = "2"] = text.split(":");
  return { problem, batch: Number(batch), threads: Number(threads) };
}

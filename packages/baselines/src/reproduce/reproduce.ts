/** Makes a table of a paper again, part by part; a part that is finished is kept, whatever happens to the others. */
import { settleError } from "@settle/diagnostics";
import { lockRun, writeWhole } from "@settle/runs";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { baselinePart } from "./baseline-part.ts";
import { circuitPart } from "./circuit-part.ts";
import { type OpenTable, openTable } from "./open-table.ts";
import { partName, type PartPlan, type PartResult } from "./part.ts";
import { type RecipeChanges, recipeFor, type Size } from "./recipe.ts";
import { renderTable } from "./render-table.ts";
import { type Contender, type TableDefinition } from "./tables.ts";

export interface ReproduceOptions {
  readonly size: Size;
  /** How many; 1, 2, … are used. Default 2 at small size, 5 at full. */
  readonly seeds?: number;
  /** Default all of the table. */
  readonly contenders?: readonly string[];
  /** By set, where its official files are. */
  readonly folders?: Readonly<Record<string, string>>;
  readonly changes?: RecipeChanges;
  readonly engine?: string;
  readonly threads?: number;
  /** Go on with what the folder holds. */
  readonly resume?: boolean;
  /** The command line, kept in run folders. */
  readonly command: readonly string[];
  /** @param share of the part in progress, 0 … 1 */
  readonly onProgress?: (share: number, text: string) => void;
  readonly onPart?: (part: { readonly name: string; readonly nth: number; readonly of: number }) => void;
  readonly onResult?: (result: PartResult, kept: boolean) => void;
  readonly signal?: AbortSignal;
}

export interface Reproduction {
  readonly table: string;
  readonly size: Size;
  readonly dir: string;
  readonly parts: readonly PartResult[];
  /** Ours beside the paper's, as Markdown. */
  readonly markdown: string;
}

/**
 * @throws {SettleError} `reproduce/exists` without `resume`, `reproduce/other-settings` with it, `reproduce/unknown-contender`,
 *   `data/…` before anything is trained
 */
export async function reproduce(
  dir: string,
  definition: TableDefinition,
  options: ReproduceOptions,
): Promise<Reproduction> {
  const { size, folders = {}, changes = {}, signal } = options;
  const contenders = chosen(definition, options.contenders);
  const first = contenders[0] as Contender;
  const table = await openTable(definition, { folders, samples: recipeFor(first, size, changes).samples });
  await mkdir(dir, { recursive: true });
  const lock = await lockRun(dir);
  try {
    const seeds = Array.from({ length: options.seeds ?? (size === "small" ? 2 : 5) }, (_, i) => i + 1);
    const plans = seeds.flatMap((seed) =>
      contenders.map((contender): PartPlan => ({
        contender,
        seed,
        recipe: recipeFor(contender, size, changes),
        data: hashesOf(table),
      })),
    );
    const kept = new Map<string, PartResult>();
    for (const plan of plans) {
      const found = await readPart(dir, plan, options.resume === true);
      if (found !== undefined) kept.set(partName(plan), found);
    }
    const parts: PartResult[] = [];
    for (const [nth, plan] of plans.entries()) {
      signal?.throwIfAborted();
      const name = partName(plan);
      options.onPart?.({ name, nth: nth + 1, of: plans.length });
      const before = kept.get(name);
      const result = before ?? (await makePart(plan, join(dir, name), table, options));
      if (before === undefined)
        await writeWhole(fileOf(dir, plan), `${JSON.stringify(result, undefined, 2)}\n`, "keep a result");
      parts.push(result);
      options.onResult?.(result, before !== undefined);
    }
    const markdown = renderTable(definition, parts);
    await writeWhole(join(dir, "table.md"), markdown, "write the table");
    return { table: definition.name, size, dir, parts, markdown };
  } finally {
    await lock.release();
    await table.close();
  }
}

function chosen({ name, contenders }: TableDefinition, wanted: readonly string[] | undefined): readonly Contender[] {
  if (wanted === undefined) return contenders;
  return wanted.map((each) => {
    const found = contenders.find((contender) => contender.name === each);
    if (found !== undefined) return found;
    throw settleError("reproduce/unknown-contender", `Table ${name} has no contender "${each}".`, {
      help: `it has ${contenders.map((contender) => contender.name).join(", ")}.`,
    });
  });
}

function makePart(plan: PartPlan, dir: string, table: OpenTable, options: ReproduceOptions): Promise<PartResult> {
  const { contender } = plan;
  switch (contender.kind) {
    case "circuit":
      return circuitPart({ ...plan, contender }, dir, table, options);
    case "baseline":
      return baselinePart({ ...plan, contender }, dir, table, options);
    default:
      return contender satisfies never;
  }
}

function hashesOf({ training, tests }: OpenTable): Readonly<Record<string, string>> {
  return { training: training.hash, ...Object.fromEntries(tests.map(({ key, source }) => [key, source.hash])) };
}

function fileOf(dir: string, plan: PartPlan): string {
  return join(dir, `${partName(plan)}.json`);
}

async function readPart(dir: string, plan: PartPlan, resume: boolean): Promise<PartResult | undefined> {
  const file = fileOf(dir, plan);
  const text = await readFile(file, "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  if (!resume) {
    throw settleError("reproduce/exists", `"${dir}" holds results already.`, {
      file: dir,
      help: "go on with them by --resume, or name another folder by --run.",
    });
  }
  const result = parsed(text, file);
  if (JSON.stringify(result.plan) === JSON.stringify(plan)) return result;
  throw settleError("reproduce/other-settings", `"${file}" was made with other settings or other data.`, {
    file,
    help: "repeat the command it was made with, or name another folder by --run.",
  });
}

function parsed(text: string, file: string): PartResult {
  try {
    return JSON.parse(text) as PartResult;
  } catch (cause) {
    throw settleError("reproduce/other-settings", `"${file}" is damaged: it is not JSON.`, {
      file,
      help: "delete it; its part is then made again.",
      cause,
    });
  }
}

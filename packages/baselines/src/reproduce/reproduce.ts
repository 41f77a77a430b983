/** Makes a table of a paper again, part by part; a part that has its scores is kept, whatever happens to the others. */
import { settleError } from "@settle/diagnostics";
import { lockRun, writeWhole } from "@settle/runs";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { baselinePart } from "./baseline-part.ts";
import { circuitPart } from "./circuit-part.ts";
import { type OpenSection, openSection } from "./open-section.ts";
import { partName, type PartPlan, type PartResult } from "./part.ts";
import { type RecipeChanges, recipeFor } from "./recipe.ts";
import { renderTable } from "./render-table.ts";
import type { Size } from "./size.ts";
import { type Contender, contendersOf, type TableDefinition, type TableSection } from "./tables.ts";

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
  /** Before a part is made; those that are kept from before do not count. */
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
  const sections: OpenSection[] = [];
  const close = async (): Promise<void> => {
    for (const section of sections) await section.close();
  };
  try {
    for (const section of definition.sections) {
      const first = wantedOf(section, contenders)[0];
      if (first === undefined) continue;
      sections.push(await openSection(section, { size, folders, samples: recipeFor(first, size, changes).samples }));
    }
    await mkdir(dir, { recursive: true });
  } catch (fault) {
    await close();
    throw fault;
  }
  const lock = await lockRun(dir).catch(async (fault: unknown) => {
    await close();
    throw fault;
  });
  try {
    const seeds = Array.from({ length: options.seeds ?? (size === "small" ? 2 : 5) }, (_, i) => i + 1);
    const plans = seeds.flatMap((seed) =>
      sections.flatMap((section) =>
        wantedOf(section.definition, contenders).map((contender) => ({
          section,
          plan: { contender, seed, recipe: recipeFor(contender, size, changes), data: hashesOf(section) } as PartPlan,
        })),
      ),
    );
    const kept = new Map<string, PartResult>();
    for (const { plan } of plans) {
      const found = await readPart(dir, plan, options.resume === true);
      if (found !== undefined) kept.set(partName(plan), found);
    }
    const parts: PartResult[] = [];
    let nth = 0;
    for (const { section, plan } of plans) {
      signal?.throwIfAborted();
      const name = partName(plan);
      const before = kept.get(name);
      if (before === undefined) options.onPart?.({ name, nth: ++nth, of: plans.length - kept.size });
      const result = before ?? (await makePart(plan, join(dir, name), section, options));
      if (before === undefined)
        await writeWhole(fileOf(dir, plan), `${JSON.stringify(result, undefined, 2)}\n`, "keep a result");
      parts.push(result);
      options.onResult?.(result, before !== undefined);
    }
    const markdown = renderTable(definition, parts, sections);
    await writeWhole(join(dir, "table.md"), markdown, "write the table");
    return { table: definition.name, size, dir, parts, markdown };
  } finally {
    await lock.release();
    await close();
  }
}

/** Those of a section, in the order they are wanted. */
function wantedOf({ contenders }: TableSection, wanted: readonly Contender[]): readonly Contender[] {
  return wanted.filter((contender) => contenders.includes(contender));
}

function chosen(definition: TableDefinition, wanted: readonly string[] | undefined): readonly Contender[] {
  const contenders = contendersOf(definition);
  if (wanted === undefined) return contenders;
  return wanted.map((each) => {
    const found = contenders.find((contender) => contender.name === each);
    if (found !== undefined) return found;
    throw settleError("reproduce/unknown-contender", `Table ${definition.name} has no contender "${each}".`, {
      help: `it has ${contenders.map((contender) => contender.name).join(", ")}.`,
    });
  });
}

function makePart(plan: PartPlan, dir: string, section: OpenSection, options: ReproduceOptions): Promise<PartResult> {
  const { contender } = plan;
  switch (contender.kind) {
    case "circuit":
      return circuitPart({ ...plan, contender }, dir, section, options);
    case "baseline":
      return baselinePart({ ...plan, contender }, dir, section, options);
    default:
      return contender satisfies never;
  }
}

function hashesOf({ training, tests }: OpenSection): Readonly<Record<string, string>> {
  return { training: training.hash, ...Object.fromEntries(tests.map(({ key, source }) => [key, source.hash])) };
}

function fileOf(dir: string, plan: PartPlan): string {
  return join(dir, `${partName(plan)}.json`);
}

/** @returns undefined for what is to be made: a part that is not there, or that failed */
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
  if (JSON.stringify(result.plan) === JSON.stringify(plan)) return result.failed === undefined ? result : undefined;
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

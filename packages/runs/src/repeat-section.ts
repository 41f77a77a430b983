/** The last section of every report: what one must type, and have, to get the same. */
import type { ReportBlock, ReportSection, TableRow } from "./report-content.ts";
import type { RunManifest, RunSession } from "./run-manifest.ts";
import { shortHash } from "./run.ts";

export function repeatSection(manifest: RunManifest): ReportSection {
  const { circuit, seeds, data, engine, earlier } = manifest;
  const rows: TableRow[] = [
    row("Circuit", `${circuit.name} · ${shortHash(circuit.hash)}`),
    ...Object.entries(data).map(([use, set]) =>
      row(`Data, ${use}`, `${set.name}, ${set.samples.toLocaleString("en-US")} samples · ${shortHash(set.hash)}`),
    ),
    ...Object.entries(seeds).map(([use, seed]) => row(`Seed, ${use}`, String(seed))),
    row(
      "Engine",
      `${engine.name} on ${engine.device}, ${engine.dtype}${engine.deterministic ? ", deterministic" : ", not deterministic"}`,
    ),
    ...Object.entries(manifest.versions).map(([name, version]) => row(`Version of ${name}`, version)),
    row("Started", moment(manifest.started)),
    row(
      "Ended",
      manifest.finished === undefined ? manifest.status : `${moment(manifest.finished)}, ${manifest.status}`,
    ),
  ];
  const blocks: ReportBlock[] = [
    { kind: "code", code: commandLine(manifest) },
    {
      kind: "table",
      caption:
        "What the run used. On a deterministic engine the same command gives the same numbers, bit for bit. Hashes are cut short; run.json has them whole.",
      columns: [{ label: "What" }, { label: "Which" }],
      rows,
    },
  ];
  if (earlier.length > 0) {
    blocks.push({
      kind: "table",
      caption: "Sessions before the one above; each went on from the last checkpoint of the one before.",
      columns: [{ label: "Started" }, { label: "Ended" }, { label: "Command" }],
      rows: earlier.map((session) => ({ cells: [moment(session.started), session.status, commandLine(session)] })),
    });
  }
  blocks.push({ kind: "code", caption: "The circuit as written", code: circuit.source.trimEnd(), folded: true });
  return { heading: "How to repeat it", blocks };
}

function row(what: string, which: string): TableRow {
  return { cells: [what, which] };
}

/** `2025-01-31 14:05:09 UTC` */
function moment(iso: string): string {
  return iso.replace("T", " ").replace(/(\.\d+)?Z$/, " UTC");
}

/** Words a shell would split or expand are quoted. */
function commandLine({ command }: RunSession): string {
  return command.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)).join(" ");
}

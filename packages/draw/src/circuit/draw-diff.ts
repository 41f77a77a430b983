/** The difference of two circuits as one picture: both laid over each other, what differs in colour. */
import type { CircuitDiff, CircuitGraph, PartChange } from "@settle/compiler";
import type { CircuitPicture, Mark, PictureLink, PictureUnit } from "./circuit-picture.ts";
import { pictureOfGraph } from "./picture-of-graph.ts";
import { placePicture } from "./place-picture.ts";
import { renderPicture } from "./render-picture.ts";
import { rowsOf } from "./rows-of.ts";

/**
 * @param diff  of these two circuits
 * @returns an SVG document: parts of `after` as they are, added ones green, changed ones amber; parts that only `before`
 *   has, red
 */
export async function drawDiff(diff: CircuitDiff, before: CircuitGraph, after: CircuitGraph): Promise<string> {
  const picture = pictureOfDiff(diff, before, after);
  return renderPicture(picture, await placePicture(picture));
}

function pictureOfDiff(diff: CircuitDiff, before: CircuitGraph, after: CircuitGraph): CircuitPicture {
  const now = pictureOfGraph(after, "");
  const old = pictureOfGraph(before, "");
  const states = indexChanges(diff.states);
  const errors = indexChanges(diff.errors);
  const synapses = indexChanges(diff.synapses);
  const feedback = indexChanges(diff.errorSynapses);
  /** What the second circuit calls a state of the first. */
  const renamed = (id: string): string => states.renamed.get(id) ?? id;
  const removedStates = old.units.filter(({ id }) => states.marks.get(id) === "removed" && !after.states.has(id));

  const units = [
    ...now.units.map((unit): PictureUnit => {
      const oldError = old.units.find(({ id }) => renamed(id) === unit.id)?.error;
      const gone = unit.error === undefined && oldError !== undefined && errors.marks.get(oldError.id) === "removed";
      return {
        ...unit,
        ...marked(states.marks.get(unit.id)),
        ...(unit.error === undefined ? {} : { error: { ...unit.error, ...marked(errors.marks.get(unit.error.id)) } }),
        ...(gone ? { error: { ...oldError, mark: "removed" as const } } : {}),
        notes: [...unit.notes, ...wasNotes(diff.states, unit.id)],
      };
    }),
    ...removedStates.map((unit): PictureUnit => ({
      ...unit,
      mark: "removed",
      ...(unit.error === undefined ? {} : { error: { ...unit.error, mark: "removed" as const } }),
    })),
  ];
  const laterals = indexChanges(diff.laterals);
  const changesOf = ({ kind }: PictureLink): Changes => ({ generative: synapses, feedback, lateral: laterals })[kind];
  const ownId = ({ id }: PictureLink): string => id.replace(/^error:/, "");
  const links = [
    ...now.links.map((link): PictureLink => ({ ...link, ...marked(changesOf(link).marks.get(ownId(link))) })),
    ...old.links
      .filter((link) => changesOf(link).removed.has(ownId(link)))
      .map((link): PictureLink => ({
        ...link,
        id: `removed:${link.id}`,
        from: renamed(link.from),
        to: renamed(link.to),
        mark: "removed",
      })),
  ];
  const count = (graph: CircuitGraph): string =>
    (graph === before ? diff.analysis.before : diff.analysis.after).parameters.total.toLocaleString("en");
  return {
    title: `${before.name} → ${after.name}`,
    subtitle: diff.same ? "the same circuit" : `${count(before)} → ${count(after)} parameters`,
    units: withRows(units, links, after.startOrder),
    links,
  };
}

interface Changes {
  readonly marks: ReadonlyMap<string, Mark>;
  readonly removed: ReadonlySet<string>;
  /** From the first circuit's ids to the second's, where they differ. */
  readonly renamed: ReadonlyMap<string, string>;
}

function indexChanges(changes: readonly PartChange[]): Changes {
  const removed = new Set(changes.filter(({ change }) => change === "removed").map(({ id }) => id));
  return {
    // An id may be removed from one part and added to another: what is there now counts.
    marks: new Map([
      ...changes.filter(({ change }) => change === "removed").map(({ id }) => [id, "removed"] as const),
      ...changes.flatMap((each) => {
        if (each.change === "removed") return [];
        // A new name alone is told in words.
        if (each.change === "changed" && each.fields.length === 0) return [];
        return [[each.id, each.change] as const];
      }),
    ]),
    removed,
    renamed: new Map(
      changes.flatMap((each) => (each.change === "changed" && each.was !== undefined ? [[each.was, each.id]] : [])),
    ),
  };
}

const marked = (mark: Mark = "same"): { readonly mark: Mark } => ({ mark });

function wasNotes(changes: readonly PartChange[], id: string): readonly string[] {
  const change = changes.find((each) => each.id === id && each.change === "changed");
  if (change?.change !== "changed") return [];
  const shape = change.fields.find(({ field }) => field === "shape")?.before;
  return [
    ...(change.was === undefined ? [] : [`was ${change.was}`]),
    ...(shape === undefined ? [] : [`was ${shape.replaceAll(/[[\]]/g, "").replaceAll(", ", "×")}`]),
  ];
}

/** Rows of both circuits together; a level is only said where one circuit is drawn. */
function withRows(
  units: readonly PictureUnit[],
  links: readonly PictureLink[],
  order: readonly string[],
): readonly PictureUnit[] {
  const edges = links.filter(({ kind }) => kind === "generative").map(({ from, to }) => ({ from, target: to }));
  const added = units.map(({ id }) => id).filter((id) => !order.includes(id));
  const data = units.filter(({ observed }) => observed).map(({ id }) => id);
  const rows = rowsOf([...added, ...order], edges, data);
  return units.map(({ level: _level, ...unit }) => ({ ...unit, row: rows.get(unit.id) ?? 0 }));
}

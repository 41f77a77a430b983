import type { SampleSource } from "@settle/settle";

/** A source without its first `skipped` samples; the hash says so. */
export function skipSamples(source: SampleSource, skipped: number): SampleSource {
  return {
    name: source.name,
    size: source.size - skipped,
    fields: source.fields,
    hash: `${source.hash}+${skipped}`,
    read: (indices) => source.read(indices.map((index) => index + skipped)),
  };
}

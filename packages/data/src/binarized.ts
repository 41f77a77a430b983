/** Images of black and white only. */
import type { SampleSource } from "@settle/runtime";

/**
 * A source whose images are 1 where they were above a half, and 0 elsewhere.
 * @source NGC methods
 */
export function binarized(source: SampleSource, field = "image"): SampleSource {
  return {
    ...source,
    name: `${source.name}, binary`,
    hash: `${source.hash}+binary`,
    async read(indices) {
      const fields = await source.read(indices);
      const images = fields[field];
      return images === undefined ? fields : { ...fields, [field]: images.map((value) => (value > 0.5 ? 1 : 0)) };
    },
  };
}

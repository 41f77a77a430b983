/** tfjs's layers, as an ES module sees the CommonJS package. */
import type * as tfjsLayers from "@tensorflow/tfjs-layers";

export type Layers = typeof tfjsLayers;
export type { LayersModel, SymbolicTensor } from "@tensorflow/tfjs-layers";

export async function importLayers(): Promise<Layers> {
  const imported: unknown = await import("@tensorflow/tfjs-layers");
  return (imported as { readonly default?: Layers }).default ?? (imported as Layers);
}

import { readFile } from "node:fs/promises";
import { fileFault } from "./file-fault.ts";
import { decodeSafetensors, type TensorFile } from "./safetensors.ts";

/**
 * Any safetensors file of float32 and float64 tensors, whoever wrote it: weights for `settle eval --weights`.
 *
 * @throws {SettleError} `runs/not-found`, `runs/no-permission`, `runs/file-too-large`, `runs/damaged-tensors`,
 *   `runs/unsupported-dtype`
 */
export async function readTensorFile(path: string): Promise<TensorFile> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw fileFault(error, path, "read the weights");
  }
  return decodeSafetensors(bytes, path);
}

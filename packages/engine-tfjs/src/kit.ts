/** What the parts of one executable share while they compute. */
import { sizeOf } from "@settle/program";
import type { Tensor, Tf, Traits } from "./backends/backend.ts";

/** A kit's tensors outlive the operations that make them: they are freed with what they were made from, or at the end. */
export class Kit {
  readonly tf: Tf;
  readonly traits: Traits;
  readonly #constants = new Map<string, Tensor>();
  readonly #tables = new Map<string, Int32Array>();
  readonly #derived = new Map<number, Map<string, Tensor>>();

  constructor(tf: Tf, traits: Traits) {
    this.tf = tf;
    this.traits = traits;
  }

  /** A tensor that depends on nothing: made once. */
  constant(key: string, make: () => Tensor): Tensor {
    return remember(this.#constants, key, () => this.tf.keep(make()));
  }

  /** Indices on the host that depend on nothing. */
  table(key: string, make: () => Int32Array): Int32Array {
    return remember(this.#tables, key, make);
  }

  scalar(value: number): Tensor {
    return this.filled(value, []);
  }

  filled(value: number, shape: readonly number[]): Tensor {
    const key = `${Object.is(value, -0) ? "-0" : value} ${shape.join()}`;
    return this.constant(key, () => this.tf.tensor(new Float32Array(sizeOf(shape)).fill(value), [...shape]));
  }

  /**
   * A tensor that depends on one other only, such as a kernel rearranged for a backend. Parameters stay the same tensors
   * through a settle, so theirs are made once for all its steps.
   */
  derived(from: Tensor, key: string, make: () => Tensor): Tensor {
    const forms = remember(this.#derived, from.id, () => new Map<string, Tensor>());
    return remember(forms, key, () => this.tf.keep(this.tf.tidy(make)));
  }

  /** Frees a tensor and what was derived from it. */
  free(tensor: Tensor): void {
    const forms = this.#derived.get(tensor.id);
    if (forms !== undefined) {
      this.#derived.delete(tensor.id);
      for (const form of forms.values()) this.free(form);
    }
    tensor.dispose();
  }

  dispose(): void {
    for (const tensor of this.#constants.values()) tensor.dispose();
    for (const forms of this.#derived.values()) for (const tensor of forms.values()) tensor.dispose();
    this.#constants.clear();
    this.#derived.clear();
  }
}

function remember<Key, Item>(items: Map<Key, Item>, key: Key, make: () => Item): Item {
  const known = items.get(key);
  if (known !== undefined) return known;
  const made = make();
  items.set(key, made);
  return made;
}

/** A linear classifier in closed form: ridge regression on one-hot labels. */
import type { NumberArray } from "@settle/runtime";
import { CholeskyDecomposition, Matrix } from "ml-matrix";

export interface RidgeClassifier {
  /** λ, of those tried. */
  readonly strength: number;
  /** @param inputs `[count, size]` @returns `[count, classes]`, the largest being the class */
  outputs(inputs: NumberArray, count: number): Float64Array;
}

/** Of a training set: sums that grow with the inputs' size only, so that samples need not be kept. */
export class RidgeSums {
  readonly size: number;
  readonly classes: number;
  /** Of [input, 1]ᵀ[input, 1] and [input, 1]ᵀ[label]. */
  readonly #gram: Float64Array;
  readonly #cross: Float64Array;
  count = 0;

  constructor(size: number, classes: number) {
    this.size = size;
    this.classes = classes;
    this.#gram = new Float64Array((size + 1) ** 2);
    this.#cross = new Float64Array((size + 1) * classes);
  }

  /** @param inputs `[count, size]` @param labels `[count, classes]`, one-hot */
  add(inputs: NumberArray, labels: NumberArray): void {
    const { size, classes } = this;
    const wide = size + 1;
    const row = new Float64Array(wide);
    row[size] = 1;
    for (let n = 0; n * size < inputs.length; n++) {
      for (let i = 0; i < size; i++) row[i] = inputs[n * size + i] as number;
      for (let i = 0; i < wide; i++) {
        const value = row[i] as number;
        if (value === 0) continue;
        for (let j = i; j < wide; j++) this.#gram[i * wide + j]! += value * (row[j] as number);
        for (let c = 0; c < classes; c++) this.#cross[i * classes + c]! += value * (labels[n * classes + c] as number);
      }
      this.count += 1;
    }
  }

  /**
   * Minimizes Σ ‖y − xW − b‖² + λ·s·‖W‖², where s is the mean of Σx² over inputs, so that λ has no unit. b is not
   * shrunk.
   */
  solve(strength: number): RidgeClassifier {
    const { size, classes } = this;
    const wide = size + 1;
    const gram = new Matrix(wide, wide);
    for (let i = 0; i < wide; i++) {
      for (let j = i; j < wide; j++) {
        const value = this.#gram[i * wide + j] as number;
        gram.set(i, j, value);
        gram.set(j, i, value);
      }
    }
    const scale = Array.from({ length: size }, (_, i) => gram.get(i, i)).reduce((sum, each) => sum + each, 0) / size;
    for (let i = 0; i < size; i++) gram.set(i, i, gram.get(i, i) + strength * (scale || 1));
    const weights = new CholeskyDecomposition(gram).solve(Matrix.from1DArray(wide, classes, this.#cross)).to1DArray();
    return {
      strength,
      outputs(inputs, count) {
        const outputs = new Float64Array(count * classes);
        for (let n = 0; n < count; n++) {
          for (let c = 0; c < classes; c++) {
            let sum = weights[size * classes + c] as number;
            for (let i = 0; i < size; i++)
              sum += (inputs[n * size + i] as number) * (weights[i * classes + c] as number);
            outputs[n * classes + c] = sum;
          }
        }
        return outputs;
      },
    };
  }
}

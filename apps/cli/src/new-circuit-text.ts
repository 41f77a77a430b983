/**
 * The circuit `settle new` writes: two maps over an image, small enough to train in a minute.
 *
 * @param schema  what `$schema` says: a relative path or a URL
 */
export function newCircuitText(name: string, schema: string): string {
  return `{
  // Your editor completes and checks this file by its schema.
  "$schema": ${JSON.stringify(schema)},
  "version": 1,
  "name": ${JSON.stringify(name)},

  "states": {
    // What the data feed: an image of 32 × 32 pixels, red, green and blue in 0 … 1.
    "x": { "shape": [32, 32, 3], "observed": { "data": "image" } },
    // Latent maps. What a state passes on is its activation: leaky-relu, tanh, sigmoid, … or an expression of your own.
    "z1": { "shape": [16, 16, 16], "activation": { "kind": "leaky-relu", "slope": 0.2 } },
    "z2": { "shape": [8, 8, 12], "activation": { "kind": "leaky-relu", "slope": 0.2 } }
  },

  // An error node belongs to the state it compares with its prediction.
  "errors": {
    "e0": { "target": "x", "output": "identity", "bias": true },
    "e1": { "target": "z1", "output": "identity", "bias": true }
  },

  // A synapse predicts: from a state, to an error node. "tied" feedback sends the error back through the same weights.
  "synapses": {
    "W1": { "from": "z1", "to": "e0", "kind": "deconv2d", "kernel": 3, "stride": 2, "feedback": "tied" },
    "W2": { "from": "z2", "to": "e1", "kind": "deconv2d", "kernel": 3, "stride": 2, "feedback": "tied" }
  },

  // How states move: that many steps, z ← z + rate · (what the errors say) − leak · z.
  "settle": { "steps": 30, "rate": 0.1, "leak": { "rate": 0.001, "scaled": false } },

  // How synapses learn, after each batch has settled.
  "learn": {
    "rule": "adam",
    "rate": 0.004,
    "batch": 20,
    "constraint": { "kind": "max-norm", "over": "kernel" }
  }
}
`;
}

"""One settling problem in a file, the same for every contender: weights, start states and observed samples.

The file is in the safetensors format. Its metadata hold the constants of the circuit, its tensors float32 numbers:
`x` (the observed samples), `z1` .. `zL` (the start states, `z1` next to the samples), `W1` .. `WL`, where `Wl` leads from
`zl` to the layer below it, and, if the circuit has biases, `bias:e0` .. `bias:eL-1` of the layers' predictions.
Maps are `[samples, height, width, channels]`, kernels `[height, width, channels below, channels above]`, dense weights
`[units above, units below]`.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

Arrays = list[np.ndarray]


@dataclass(frozen=True)
class Problem:
    """Constants of a chain of layers; `kind` is `maps` (3 x 3 kernels, stride 2) or `dense`."""

    kind: str
    steps: int
    rate: float
    leak: float
    activation: str
    slope: float
    derivative: bool
    output: str
    weights: Arrays
    biases: Arrays
    start: Arrays

    @property
    def layers(self) -> int:
        return len(self.weights)


def read_problem(file: str, first: int = 0, last: int | None = None) -> Problem:
    """Reads samples `first` .. `last` - 1 of a problem; all of them by default."""
    tensors, metadata = read_tensors(file)
    constants = json.loads(metadata["problem"])
    layers = constants["layers"]
    names = ["x"] + [f"z{layer}" for layer in range(1, layers + 1)]
    return Problem(
        kind=constants["kind"],
        steps=constants["steps"],
        rate=constants["rate"],
        leak=constants["leak"],
        activation=constants["activation"],
        slope=constants["slope"],
        derivative=constants["derivative"],
        output=constants["output"],
        weights=[tensors[f"W{layer}"] for layer in range(1, layers + 1)],
        biases=[tensors.get(f"bias:e{layer}", np.zeros((), np.float32)) for layer in range(layers)],
        start=[np.ascontiguousarray(tensors[name][first:last]) for name in names],
    )


def write_settled(file: str, states: Arrays, errors: Arrays, samples: int) -> None:
    """Writes the first samples of a result: states `z0` .. `zL` and errors `e0` .. `eL-1`, laid out as the problem."""
    named = {f"z{layer}": state for layer, state in enumerate(states)}
    named |= {f"e{layer}": error for layer, error in enumerate(errors)}
    header: dict[str, object] = {}
    chunks: list[bytes] = []
    end = 0
    for name, array in named.items():
        part = np.ascontiguousarray(array[:samples], dtype="<f4")
        begin, end = end, end + part.nbytes
        header[name] = {"dtype": "F32", "shape": list(part.shape), "data_offsets": [begin, end]}
        chunks.append(part.tobytes())
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    Path(file).write_bytes(len(text).to_bytes(8, "little") + text + b"".join(chunks))


def read_tensors(file: str) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """Reads a safetensors file of float32 numbers, so that no peer needs a package for it."""
    content = Path(file).read_bytes()
    begin = 8 + int.from_bytes(content[:8], "little")
    header = json.loads(content[8:begin])
    metadata = header.pop("__metadata__", {})
    tensors: dict[str, np.ndarray] = {}
    for name, entry in header.items():
        size = int(np.prod(entry["shape"], dtype=int))
        flat = np.frombuffer(content, dtype="<f4", count=size, offset=begin + entry["data_offsets"][0])
        tensors[name] = flat.reshape(entry["shape"])
    return tensors, metadata

"""A chain of maps in JAX, whole settle under one jit, maps as [samples, height, width, channels] throughout.

Forms (an affix `/50` settles 50 samples at a time, which may stay in cache):
- `dilated`: prediction as a convolution over the dilated input, feedback as its adjoint, a strided convolution;
- `columns`: both as one matrix product over the nine taps, added up or gathered on the four sub-pixels;
- `subpixel`: prediction as a dense 2 x 2 convolution that yields four sub-pixels, feedback as its adjoint.
"""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from problem import Arrays, Problem

LAYOUT = ("NHWC", "HWIO", "NHWC")


def make(problem: Problem, form: str):
    """Returns `settle()` -> states, errors, from numpy to numpy, and the library's version."""
    name, _, chunk = form.partition("/")
    settle_chunk = jax.jit(lambda weights, biases, start: settle(problem, FORMS[name], weights, biases, start))
    weights = [jnp.asarray(weight) for weight in problem.weights]
    biases = [jnp.asarray(bias) for bias in problem.biases]
    samples = len(problem.start[0])
    size = min(int(chunk or samples), samples)

    def run() -> tuple[Arrays, Arrays]:
        parts = []
        for first in range(0, samples, size):
            start = [jnp.asarray(state[first : first + size]) for state in problem.start]
            parts.append(settle_chunk(weights, biases, start))
        joined = [[np.concatenate(arrays) for arrays in zip(*group)] for group in zip(*parts)]
        return joined[0], joined[1]

    return run, f"JAX {jax.__version__}"


def settle(problem: Problem, form, weights, biases, start):
    """T synchronous Euler steps of all states but the lowest, then the errors of where they ended."""
    prepare, predict, feed_back = form
    prepared = [prepare(weight) for weight in weights]

    def activate(state):
        return jnp.where(state > 0, state, problem.slope * state)

    def errors_of(states):
        return [
            states[layer] - predict(prepared[layer], activate(states[layer + 1])) - biases[layer]
            for layer in range(problem.layers)
        ]

    def step(_, latent):
        errors = errors_of([start[0], *latent])
        moved = []
        for layer, state in enumerate(latent, 1):
            direction = feed_back(prepared[layer - 1], errors[layer - 1])
            if layer < problem.layers:
                direction = direction - errors[layer]
            moved.append(state + problem.rate * direction - problem.leak * state)
        return moved

    states = [start[0], *lax.fori_loop(0, problem.steps, step, list(start[1:]))]
    return states, errors_of(states)


def prepare_dilated(weight):
    return weight[::-1, ::-1].transpose(0, 1, 3, 2), weight


def predict_dilated(prepared, activity):
    mirrored, _ = prepared
    return lax.conv_general_dilated(
        activity, mirrored, (1, 1), ((2, 1), (2, 1)), lhs_dilation=(2, 2), dimension_numbers=LAYOUT
    )


def feed_back_dilated(prepared, error):
    _, weight = prepared
    return lax.conv_general_dilated(error, weight, (2, 2), ((0, 1), (0, 1)), dimension_numbers=LAYOUT)


def prepare_columns(weight):
    """One matrix [9 * below, above]."""
    return weight.reshape(-1, weight.shape[-1])


def predict_columns(matrix, activity):
    samples, height, width, _ = activity.shape
    taps = (activity @ matrix.T).reshape(samples, height, width, 3, 3, -1)
    # The third tap of an axis falls on the next position's first sub-pixel.
    down = jnp.pad(taps[:, :-1, :, 2], ((0, 0), (1, 0), (0, 0), (0, 0), (0, 0)))
    rows = jnp.stack([taps[:, :, :, 0] + down, taps[:, :, :, 1]], axis=2)
    right = jnp.pad(rows[:, :, :, :-1, 2], ((0, 0), (0, 0), (0, 0), (1, 0), (0, 0)))
    whole = jnp.stack([rows[..., 0, :] + right, rows[..., 1, :]], axis=4)
    return whole.reshape(samples, 2 * height, 2 * width, -1)


def feed_back_columns(matrix, error):
    samples, height, width, channels = error.shape
    padded = jnp.pad(error, ((0, 0), (0, 1), (0, 1), (0, 0)))
    taps = [
        padded[:, row : row + height : 2, column : column + width : 2] for row in range(3) for column in range(3)
    ]
    columns = jnp.concatenate(taps, axis=-1)
    return columns @ matrix


def prepare_subpixel(weight):
    """A kernel [2, 2, above, 4 * below]: entry (1 - d) of an axis holds tap i + 2 d of sub-pixel i."""
    below, above = weight.shape[2:]
    padded = jnp.pad(weight, ((0, 1), (0, 1), (0, 0), (0, 0))).reshape(2, 2, 2, 2, below, above)
    kernel = padded[::-1, :, ::-1].transpose(0, 2, 5, 1, 3, 4).reshape(2, 2, above, 4 * below)
    return kernel, kernel[::-1, ::-1].transpose(0, 1, 3, 2)


def predict_subpixel(prepared, activity):
    samples, height, width, _ = activity.shape
    kernel, _ = prepared
    four = lax.conv_general_dilated(activity, kernel, (1, 1), ((1, 0), (1, 0)), dimension_numbers=LAYOUT)
    split = four.reshape(samples, height, width, 2, 2, -1).transpose(0, 1, 3, 2, 4, 5)
    return split.reshape(samples, 2 * height, 2 * width, -1)


def feed_back_subpixel(prepared, error):
    samples, height, width, channels = error.shape
    _, adjoint = prepared
    split = error.reshape(samples, height // 2, 2, width // 2, 2, channels).transpose(0, 1, 3, 2, 4, 5)
    four = split.reshape(samples, height // 2, width // 2, 4 * channels)
    return lax.conv_general_dilated(four, adjoint, (1, 1), ((0, 1), (0, 1)), dimension_numbers=LAYOUT)


FORMS = {
    "dilated": (prepare_dilated, predict_dilated, feed_back_dilated),
    "columns": (prepare_columns, predict_columns, feed_back_columns),
    "subpixel": (prepare_subpixel, predict_subpixel, feed_back_subpixel),
}

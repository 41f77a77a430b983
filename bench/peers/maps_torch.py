"""A chain of maps in PyTorch.

Forms (an affix `/50` settles 50 samples at a time, which may stay in cache):
- `eager`: transposed convolution, cropped, and convolution of the padded error, as a person writes it first;
- `tuned`: maps and kernels mirrored once, so that nothing is padded or cropped, channels last;
- `compiled`: the step of `tuned` under torch.compile;
- `frozen`: the same with the weights as constants that the compiler may lay out anew;
- `columns`, `compiled-columns`: matrix products over the nine taps, as it is and compiled.
"""

import numpy as np
import torch
import torch.nn.functional as F

from problem import Arrays, Problem


def make(problem: Problem, form: str, threads: int):
    """Returns `settle()` -> states, errors, from numpy to numpy, and the library's version."""
    torch.set_num_threads(threads)
    name, _, chunk = form.partition("/")
    layout = LAYOUTS[name.removeprefix("compiled-")]
    weights = [layout.weight(torch.from_numpy(weight.copy())) for weight in problem.weights]
    biases = [layout.bias(torch.from_numpy(bias.copy())) for bias in problem.biases]
    step = step_of(problem, layout, weights, biases)
    if name == "frozen":
        import torch._inductor.config as inductor

        inductor.freezing = True
        step = torch.compile(Frozen(problem, layout, weights, biases).eval(), dynamic=False)
    elif name.startswith("compiled"):
        step = torch.compile(step, dynamic=False)
    samples = len(problem.start[0])
    size = min(int(chunk or samples), samples)

    @torch.no_grad()
    def run() -> tuple[Arrays, Arrays]:
        parts = []
        for first in range(0, samples, size):
            states = [layout.to(torch.from_numpy(state[first : first + size])) for state in problem.start]
            for _ in range(problem.steps):
                states = [states[0], *step(states)]
            errors = errors_of(problem, layout, weights, biases, states)
            parts.append([[layout.back(array).numpy() for array in group] for group in (states, errors)])
        joined = [[np.concatenate(arrays) for arrays in zip(*group)] for group in zip(*parts)]
        return joined[0], joined[1]

    return run, f"PyTorch {torch.__version__}"


def errors_of(problem, layout, weights, biases, states):
    return [
        states[layer]
        - layout.predict(weights[layer], biases[layer], F.leaky_relu(states[layer + 1], problem.slope))
        for layer in range(problem.layers)
    ]


def step_of(problem, layout, weights, biases):
    """One synchronous Euler step of all states but the lowest."""

    def step(states):
        errors = errors_of(problem, layout, weights, biases, states)
        moved = []
        for layer in range(1, problem.layers + 1):
            direction = layout.feed_back(weights[layer - 1], errors[layer - 1])
            if layer < problem.layers:
                direction = direction - errors[layer]
            moved.append(states[layer] + problem.rate * direction - problem.leak * states[layer])
        return moved

    return step


class Frozen(torch.nn.Module):
    """The step as a module, which is what freezing asks for."""

    def __init__(self, problem, layout, weights, biases):
        super().__init__()
        constant = lambda tensors: torch.nn.ParameterList(torch.nn.Parameter(t, requires_grad=False) for t in tensors)
        self.weights, self.biases = constant(weights), constant(biases)
        self.problem, self.layout = problem, layout

    def forward(self, states):
        return step_of(self.problem, self.layout, list(self.weights), list(self.biases))(states)


class Plain:
    """Maps [samples, channels, height, width]."""

    @staticmethod
    def to(state):
        return state.permute(0, 3, 1, 2).contiguous()

    @staticmethod
    def back(state):
        return state.permute(0, 2, 3, 1)

    @staticmethod
    def weight(weight):
        return weight.permute(3, 2, 0, 1).contiguous()

    @staticmethod
    def bias(bias):
        return bias

    @staticmethod
    def predict(weight, bias, activity):
        height, width = 2 * activity.shape[2], 2 * activity.shape[3]
        return F.conv_transpose2d(activity, weight, bias, stride=2)[:, :, :height, :width]

    @staticmethod
    def feed_back(weight, error):
        return F.conv2d(F.pad(error, (0, 1, 0, 1)), weight, stride=2)


class Mirrored(Plain):
    """Upside down and right to left, the padding comes first, which is where the library can put it itself."""

    @staticmethod
    def to(state):
        return state.flip(1, 2).permute(0, 3, 1, 2)

    @staticmethod
    def back(state):
        return state.permute(0, 2, 3, 1).flip(1, 2)

    @staticmethod
    def weight(weight):
        mirrored = weight.flip(0, 1).permute(3, 2, 0, 1)
        return mirrored.contiguous(memory_format=torch.channels_last)

    @staticmethod
    def predict(weight, bias, activity):
        return F.conv_transpose2d(activity, weight, bias, stride=2, padding=1, output_padding=1)

    @staticmethod
    def feed_back(weight, error):
        return F.conv2d(error, weight, stride=2, padding=1)


class Columns:
    """Maps [samples, height, width, channels]; a weight is a matrix [9 * below, above]."""

    @staticmethod
    def to(state):
        return state

    @staticmethod
    def back(state):
        return state

    @staticmethod
    def weight(weight):
        return weight.reshape(-1, weight.shape[-1]).contiguous()

    @staticmethod
    def bias(bias):
        return bias

    @staticmethod
    def predict(matrix, bias, activity):
        samples, height, width, _ = activity.shape
        taps = (activity @ matrix.T).view(samples, height, width, 3, 3, -1)
        rows = torch.stack([taps[:, :, :, 0] + F.pad(taps[:, :-1, :, 2], (0, 0, 0, 0, 0, 0, 1, 0)), taps[:, :, :, 1]], 2)
        right = F.pad(rows[:, :, :, :-1, 2], (0, 0, 1, 0))
        whole = torch.stack([rows[..., 0, :] + right, rows[..., 1, :]], 4)
        return whole.reshape(samples, 2 * height, 2 * width, -1) + bias

    @staticmethod
    def feed_back(matrix, error):
        _, height, width, _ = error.shape
        padded = F.pad(error, (0, 0, 0, 1, 0, 1))
        taps = [padded[:, row : row + height : 2, col : col + width : 2] for row in range(3) for col in range(3)]
        return torch.cat(taps, -1) @ matrix


LAYOUTS = {"eager": Plain, "tuned": Mirrored, "compiled": Mirrored, "frozen": Mirrored, "columns": Columns}

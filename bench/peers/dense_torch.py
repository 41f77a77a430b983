"""A chain of dense layers in PyTorch; forms `eager`, and `compiled`: one step under torch.compile."""

import torch
import torch.nn.functional as F

from problem import Arrays, Problem


def make(problem: Problem, form: str, threads: int):
    """Returns `settle()` -> states, errors, from numpy to numpy, and the library's version."""
    if form not in ("eager", "compiled"):
        raise ValueError(f"dense layers in PyTorch have no form {form}")
    torch.set_num_threads(threads)
    weights = [torch.from_numpy(weight.copy()) for weight in problem.weights]
    backward = [weight.T.contiguous() for weight in weights]
    biases = [torch.from_numpy(bias.copy()) for bias in problem.biases]

    def activate(state):
        return torch.tanh(state) if problem.activation == "tanh" else F.leaky_relu(state, problem.slope)

    def slope_of(state, activity):
        return 1 - activity * activity if problem.activation == "tanh" else torch.where(state > 0, 1.0, problem.slope)

    def errors_of(states, activities):
        errors = []
        for layer in range(problem.layers):
            sums = torch.addmm(biases[layer], activities[layer], weights[layer])
            prediction = torch.sigmoid(sums) if layer == 0 and problem.output == "sigmoid" else sums
            errors.append(states[layer] - prediction)
        return errors

    def step(states):
        activities = [activate(state) for state in states[1:]]
        errors = errors_of(states, activities)
        moved = []
        for layer in range(1, problem.layers + 1):
            direction = errors[layer - 1] @ backward[layer - 1]
            if problem.derivative:
                direction = direction * slope_of(states[layer], activities[layer - 1])
            if layer < problem.layers:
                direction = direction - errors[layer]
            moved.append(states[layer] + problem.rate * direction - problem.leak * states[layer])
        return moved

    advance = torch.compile(step, dynamic=False) if form == "compiled" else step

    @torch.no_grad()
    def run() -> tuple[Arrays, Arrays]:
        states = [torch.from_numpy(state) for state in problem.start]
        for _ in range(problem.steps):
            states = [states[0], *advance(states)]
        errors = errors_of(states, [activate(state) for state in states[1:]])
        return [state.numpy() for state in states], [error.numpy() for error in errors]

    return run, f"PyTorch {torch.__version__}"

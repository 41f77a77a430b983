"""A chain of dense layers in JAX, whole settle under one jit."""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from problem import Arrays, Problem


def make(problem: Problem, form: str):
    """Returns `settle()` -> states, errors, from numpy to numpy, and the library's version; `form` is `plain`."""
    if form != "plain":
        raise ValueError(f"dense layers in JAX have no form {form}")
    compiled = jax.jit(lambda weights, biases, start: settle(problem, weights, biases, start))
    weights = [jnp.asarray(weight) for weight in problem.weights]
    biases = [jnp.asarray(bias) for bias in problem.biases]

    def run() -> tuple[Arrays, Arrays]:
        states, errors = compiled(weights, biases, [jnp.asarray(state) for state in problem.start])
        return [np.asarray(state) for state in states], [np.asarray(error) for error in errors]

    return run, f"JAX {jax.__version__}"


def settle(problem: Problem, weights, biases, start):
    """T synchronous Euler steps of all states but the lowest, then the errors of where they ended."""

    def activate(state):
        return jnp.tanh(state) if problem.activation == "tanh" else jnp.where(state > 0, state, problem.slope * state)

    def slope_of(state, activity):
        return 1 - activity * activity if problem.activation == "tanh" else jnp.where(state > 0, 1, problem.slope)

    def errors_of(states, activities):
        errors = []
        for layer in range(problem.layers):
            sums = activities[layer] @ weights[layer] + biases[layer]
            prediction = jax.nn.sigmoid(sums) if layer == 0 and problem.output == "sigmoid" else sums
            errors.append(states[layer] - prediction)
        return errors

    def step(_, latent):
        activities = [activate(state) for state in latent]
        errors = errors_of([start[0], *latent], activities)
        moved = []
        for layer, state in enumerate(latent, 1):
            direction = errors[layer - 1] @ weights[layer - 1].T
            if problem.derivative:
                direction = direction * slope_of(state, activities[layer - 1])
            if layer < problem.layers:
                direction = direction - errors[layer]
            moved.append(state + problem.rate * direction - problem.leak * state)
        return moved

    latent = lax.fori_loop(0, problem.steps, step, list(start[1:]))
    states = [start[0], *latent]
    return states, errors_of(states, [activate(state) for state in latent])

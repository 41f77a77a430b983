"""Keeps one contender of the benchmark alive and times it when asked.

    python worker.py --library jax|torch --form FORM --problem FILE --threads N [--first A --last B]

Speaks lines of JSON: `{"kind": "ready", ...}` once the first result is there (its time holds compiling), then answers
`{"do": "settle", "times": N}` with `{"seconds": S}` and `{"do": "write", "file": F, "samples": N}` with `{}`. A line that
cannot be served is answered with `{"fault": TEXT}`. Ends with its input.
"""

import argparse
import importlib
import json
import os
import sys
import time


def main() -> None:
    born = time.perf_counter()
    options = parse_arguments()
    # Libraries print as they like; only answers may reach whoever reads them.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)

    def answer(message: dict) -> None:
        print(json.dumps(message), file=answers, flush=True)

    # Its thread pools read these when they are loaded.
    for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ[name] = str(options.threads)
    os.environ.setdefault("JAX_PLATFORMS", "cpu")

    from problem import read_problem, write_settled

    problem = read_problem(options.problem, options.first, options.last)
    try:
        contender = importlib.import_module(f"{problem.kind}_{options.library}")
    except ModuleNotFoundError as fault:
        answer({"kind": "missing", "reason": f"this Python has no module {fault.name}"})
        return
    loaded = time.perf_counter()
    threads = (options.threads,) if options.library == "torch" else ()
    run, version = contender.make(problem, options.form, *threads)
    settled = run()
    done = time.perf_counter()
    answer({"kind": "ready", "version": version, "seconds": {"load": loaded - born, "first": done - loaded}})
    for line in sys.stdin:
        try:
            asked = json.loads(line)
            if asked["do"] == "settle":
                begun = time.perf_counter()
                for _ in range(asked["times"]):
                    settled = run()
                answer({"seconds": time.perf_counter() - begun})
            elif asked["do"] == "write":
                write_settled(asked["file"], *settled, asked["samples"])
                answer({})
            else:
                answer({"fault": f"cannot {asked['do']}"})
        except Exception as fault:  # whoever asked decides what a fault means
            answer({"fault": repr(fault)})


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--library", required=True, choices=("jax", "torch"))
    parser.add_argument("--form", required=True)
    parser.add_argument("--problem", required=True)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--last", type=int)
    return parser.parse_args()


if __name__ == "__main__":
    main()

"""Makes scipy-table.json: paired statistics by SciPy and statsmodels, for the tests beside it.

python3 -m venv venv && venv/bin/pip install scipy==1.17.1 statsmodels==0.15.0
venv/bin/python scipy-table.py > scipy-table.json
"""

import itertools
import json
import math

import numpy
import scipy
import statsmodels
from scipy import stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.power import TTestPower

CASES = {
    "five pairs": ([11.2, 12.1, 10.7, 11.9, 12.4], [12.0, 12.3, 11.6, 12.6, 12.5]),
    "three pairs": ([0.31, 0.28, 0.4], [0.35, 0.36, 0.39]),
    "twelve pairs, no difference": (
        [5.1, 4.9, 6.2, 5.5, 5.0, 4.7, 5.9, 6.1, 5.3, 5.6, 4.8, 5.2],
        [5.013, 5.121, 6.035, 5.747, 4.758, 5.169, 5.872, 6.683, 5.094, 5.505, 5.416, 4.527],
    ),
    "two pairs": ([1.0, 2.5], [1.5, 2.4]),
    "ties and zeros": ([3.0, 5.0, 4.0, 6.0, 7.0, 2.0, 9.0], [2.0, 4.0, 4.0, 8.0, 5.0, 3.0, 6.0]),
}


def case(a, b):
    a, b = numpy.array(a), numpy.array(b)
    d = a - b
    n = len(d)
    t = stats.ttest_rel(a, b)
    low, high = t.confidence_interval(0.95)
    nonzero = d[numpy.abs(d) > 1e-12]
    tied = len(set(numpy.round(numpy.abs(nonzero), 12))) < len(nonzero)
    w = stats.wilcoxon(nonzero, correction=tied, method="approx" if tied else "exact")
    effect = float(d.mean() / d.std(ddof=1))
    result = {
        "a": a.tolist(), "b": b.tolist(), "meanDifference": float(d.mean()), "sd": float(d.std(ddof=1)),
        "t": float(t.statistic), "p": float(t.pvalue), "ci95": [float(low), float(high)],
        "w": float(w.statistic), "wilcoxonP": float(w.pvalue), "cohensD": effect,
        "powerSeeds": math.ceil(TTestPower().solve_power(abs(effect), power=0.8, alpha=0.05)),
    }
    if n <= 6:  # every resample
        means = [numpy.mean(each) for each in itertools.product(d, repeat=n)]
        result["bootstrap"] = numpy.percentile(means, [2.5, 97.5]).tolist()
    else:
        found = stats.bootstrap((d,), numpy.mean, n_resamples=200000, method="percentile", rng=1).confidence_interval
        result["bootstrapDrawn"] = [float(found.low), float(found.high)]
    return result


P_VALUES = [0.01, 0.04, 0.03, 0.005, 0.2, 0.04]
print(json.dumps({
    "madeWith": {"scipy": scipy.__version__, "statsmodels": statsmodels.__version__, "numpy": numpy.__version__},
    "cases": {name: case(*pairs) for name, pairs in CASES.items()},
    "holm": {"p": P_VALUES, "adjusted": multipletests(P_VALUES, method="holm")[1].tolist()},
    "power": [
        {"effect": effect, "n": n, "power": float(TTestPower().power(effect, n, 0.05))}
        for effect in (0.2, 0.5, 1.0, 2.0) for n in (3, 5, 10, 34)
        if effect * math.sqrt(n) < 8  # above, SciPy's noncentral t gives NaN
    ],
}, indent=2))

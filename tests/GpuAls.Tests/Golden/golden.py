"""What each system's published definition gives on small data, in fp64 and plain Python 3, independent of gpuals.

    python3 golden.py FOLDER       writes a file for each system into FOLDER; those beside this file are its output

Y are the factors of the fixed side, x is the row that is solved, r its ratings, N the number of rows of Y.

spark     Apache Spark 3.5, ALS(implicitPrefs=True): org.apache.spark.ml.recommendation.ALS, computeFactors. Items are solved first.
          (YᵀY + Σ c1·y yᵀ + regParam·n·I) x = Σ over r > 0 of (1 + c1)·y,  c1 = alpha·|r|,  n = number of ratings above 0
spark-explicit   the same class with implicitPrefs=False. Items are solved first.
          (Σ y yᵀ + regParam·n·I) x = Σ r·y,  n = number of ratings
implicit  benfred/implicit 0.7, implicit/cpu/als.py and _als.pyx (use_cg=False). Users are solved first.
          (YᵀY + Σ (|c| - 1)·y yᵀ + regularization·I) x = Σ over c > 0 of c·y,  c = alpha·r
ials      Rendle, Krichene, Zhang, Koren: Revisiting the Performance of iALS on Item Recommendation Benchmarks, RecSys 2022,
          equations 1 to 5: the minimum over x, all other rows fixed, of
          Σ over observed (1 - x·y)² + α0·Σ over all (x·y)² + λ·(n + α0·N)^ν·|x|²,  n = number of observed pairs. Users first.

Plays of one user and item are added up before, as scipy does for implicit and gpuals does for all; Spark itself takes each for a
rating of its own. ratings.csv has no pair twice: of such gpuals takes the mean. Plays of 0 are left out, ratings of 0 are not. A row
without ratings is zero. first_factors.json has the factors to begin with, which are any numbers; the tests see that gpuals begins there
with --init normal.

own_start has the loss after each iteration, over SEEDS trainings that begin as the system does:

spark     ALS.initialize: normal numbers, each vector scaled to length 1
implicit  uniform numbers in [0, 1) times 0.01
ials      normal numbers of standard deviation 0.1/sqrt(rank)
"""

import csv
import json
import math
import random
import statistics
import sys
from pathlib import Path

HERE = Path(__file__).parent
ITERATIONS = 3
SEEDS = 200


def dot(a, b):
    return math.fsum(p * q for p, q in zip(a, b))


def gram(rows, weights):
    """The sum of weight·y yᵀ."""
    rank = len(rows[0])
    return [[math.fsum(w * y[i] * y[j] for w, y in zip(weights, rows)) for j in range(rank)] for i in range(rank)]


def combine(rows, weights):
    """The sum of weight·y."""
    return [math.fsum(w * y[i] for w, y in zip(weights, rows)) for i in range(len(rows[0]))]


def plus(a, b, diagonal):
    return [[p + q + (diagonal if i == j else 0) for j, (p, q) in enumerate(zip(u, v))] for i, (u, v) in enumerate(zip(a, b))]


def solve(left, right):
    """Gauss, with the largest element of a column as its pivot."""
    rows = [row + [value] for row, value in zip(left, right)]
    size = len(rows)
    for i in range(size):
        largest = max(range(i, size), key=lambda k: abs(rows[k][i]))
        rows[i], rows[largest] = rows[largest], rows[i]
        for k in range(i + 1, size):
            factor = rows[k][i] / rows[i][i]
            rows[k] = [p - factor * q for p, q in zip(rows[k], rows[i])]
    x = [0.0] * size
    for i in reversed(range(size)):
        x[i] = (rows[i][size] - dot(rows[i][i + 1:size], x[i + 1:])) / rows[i][i]
    return x


def spark(ratings, rated, everything, regularization, alpha):
    c1 = [alpha * abs(r) for r in ratings]
    n = len([r for r in ratings if r > 0])
    left = plus(gram(everything, [1] * len(everything)), gram(rated, c1), regularization * n)
    return solve(left, combine(rated, [1 + c if r > 0 else 0 for c, r in zip(c1, ratings)]))


def spark_explicit(ratings, rated, everything, regularization):
    left = plus(gram(rated, [1] * len(rated)), [[0] * len(rated[0])] * len(rated[0]), regularization * len(ratings))
    return solve(left, combine(rated, ratings))


def implicit(ratings, rated, everything, regularization, alpha):
    c = [alpha * r for r in ratings]
    left = plus(gram(everything, [1] * len(everything)), gram(rated, [abs(v) - 1 for v in c]), regularization)
    return solve(left, combine(rated, [v if v > 0 else 0 for v in c]))


def ials(ratings, rated, everything, regularization, unobserved_weight, regularization_exponent):
    ones = [1] * len(rated)
    scaled = regularization * (len(rated) + unobserved_weight * len(everything)) ** regularization_exponent
    return solve(plus(gram(everything, [unobserved_weight] * len(everything)), gram(rated, ones), scaled), combine(rated, ones))


def normal(generator, rank):
    return [generator.gauss(0, 0.1 / math.sqrt(rank)) for _ in range(rank)]


def sphere(generator, rank):
    vector = [generator.gauss(0, 1) for _ in range(rank)]
    length = math.sqrt(dot(vector, vector))
    return [value / length for value in vector]


def uniform(generator, rank):
    return [0.01 * generator.random() for _ in range(rank)]


STARTS = {spark: sphere, spark_explicit: sphere, implicit: uniform, ials: normal}


def loss(system, ratings, x, y, parameters):
    """The sum over pairs, and the regularization of both sides."""
    weight = parameters["regularization"]
    total = 0
    for user, factors in x.items():
        for item, other in y.items():
            r, prediction = ratings.get((user, item)), dot(factors, other)
            if system is spark_explicit:
                total += 0 if r is None else (r - prediction) ** 2
            elif system is ials:
                total += parameters["unobserved_weight"] * prediction ** 2 + (0 if r is None else (1 - prediction) ** 2)
            elif r is None:
                total += prediction ** 2
            else:
                confidence = parameters["alpha"] * abs(r) + (1 if system is spark else 0)
                total += confidence * ((1 if r > 0 else 0) - prediction) ** 2
    for side, rows, others in ((0, x, y), (1, y, x)):
        for row, factors in rows.items():
            own = [r for pair, r in ratings.items() if pair[side] == row]
            if system is implicit:
                scaled = weight
            elif system is ials:
                scaled = weight * (len(own) + parameters["unobserved_weight"] * len(others)) ** parameters["regularization_exponent"]
            else:
                scaled = weight * len([r for r in own if r > 0 or system is spark_explicit])
            total += scaled * dot(factors, factors)
    return total


def read(name, keeps_zeros):
    """The ratings of each user and item, added up."""
    totals = {}
    users, items = set(), set()
    with open(HERE / name, encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            rating = float(row.get("plays", 1))
            if rating == 0 and not keeps_zeros:
                continue
            users.add(row["user"])
            items.add(row["item"])
            pair = row["user"], row["item"]
            totals[pair] = totals.get(pair, 0) + rating
    return {pair: total for pair, total in totals.items() if total != 0 or keeps_zeros}, sorted(users), sorted(items)


def half(system, ratings, rows, fixed, parameters):
    everything = list(fixed.values())
    solved = {}
    for row in rows:
        own = [(fixed[other], r) for (key, other), r in ratings.items() if key == row]
        zero = [0.0] * len(everything[0])
        solved[row] = system([r for _, r in own], [y for y, _ in own], everything, **parameters) if own else zero
    return solved


def iterate(system, ratings, users, items, x, y, items_first, parameters):
    by_item = {(item, user): r for (user, item), r in ratings.items()}
    if items_first:
        y = half(system, by_item, items, x, parameters)
    x = half(system, ratings, users, y, parameters)
    if not items_first:
        y = half(system, by_item, items, x, parameters)
    return x, y


def train(system, source, items_first, parameters):
    ratings, users, items = read(source, keeps_zeros=system is spark_explicit)
    first = json.loads((HERE / "first_factors.json").read_text(encoding="utf-8"))[source]
    x, y = first["users"], first["items"]
    for _ in range(ITERATIONS):
        x, y = iterate(system, ratings, users, items, x, y, items_first, parameters)
    return x, y


def losses(system, source, rank, items_first, parameters):
    """The loss after each iteration of a training for each seed."""
    ratings, users, items = read(source, keeps_zeros=system is spark_explicit)
    result = []
    for seed in range(SEEDS):
        generator = random.Random(seed)
        x = {user: STARTS[system](generator, rank) for user in users}
        y = {item: STARTS[system](generator, rank) for item in items}
        result.append([])
        for _ in range(ITERATIONS):
            x, y = iterate(system, ratings, users, items, x, y, items_first, parameters)
            result[-1].append(loss(system, ratings, x, y, parameters))
    return result


def rounded(vector):
    return [float(f"{value:.10g}") for value in vector]


def write(folder, name, system, source, items_first=False, **parameters):
    x, y = train(system, source, items_first, parameters)
    rank = len(next(iter(x.values())))
    own = list(zip(*losses(system, source, rank, items_first, parameters)))
    result = {
        "source": source,
        "rank": rank,
        "iterations": ITERATIONS,
        "parameters": parameters,
        "own_start": {
            "seeds": SEEDS,
            "loss_means": rounded(statistics.fmean(values) for values in own),
            "loss_deviations": rounded(statistics.stdev(values) for values in own),
        },
        "users": {user: rounded(factors) for user, factors in x.items()},
        "items": {item: rounded(factors) for item, factors in y.items()},
        "predictions": {user: dict(zip(y, rounded(dot(factors, other) for other in y.values()))) for user, factors in x.items()},
    }
    (folder / f"{name}.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


def main(folder):
    write(folder, "spark", spark, "plays.csv", items_first=True, regularization=0.05, alpha=1.5)
    write(folder, "spark-explicit", spark_explicit, "ratings.csv", items_first=True, regularization=0.05)
    write(folder, "implicit", implicit, "plays.csv", regularization=0.3, alpha=2.5)
    write(folder, "ials", ials, "pairs.csv", regularization=0.02, unobserved_weight=0.3, regularization_exponent=0.8)


if __name__ == "__main__":
    main(Path(sys.argv[1]))

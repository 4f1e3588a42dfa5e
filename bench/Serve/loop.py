"""Top-10 lists by a plain numpy loop, from the files of a model: what a service without gpuals would begin with.
loop.py MODEL [LISTS]"""
import sys
import time

import numpy as np

model, lists = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 300
users = np.load(f"{model}/user_factors.npy")
items = np.load(f"{model}/item_factors.npy")
indptr = np.load(f"{model}/plays_indptr.npy")
played = np.load(f"{model}/plays_indices.npy")
times = []
for user in np.random.default_rng(1).integers(0, len(users), lists):
    start = time.perf_counter()
    scores = items @ users[user]
    scores[played[indptr[user]:indptr[user + 1]]] = -np.inf
    best = np.argpartition(-scores, 10)[:10]
    best = best[np.argsort(-scores[best])]
    times.append(time.perf_counter() - start)
times.sort()
print(f"{len(items):,} items, rank {items.shape[1]}: {lists / sum(times):.0f} lists a second; "
      f"median {1e3 * times[lists // 2]:.2f} ms, p99 {1e3 * times[lists * 99 // 100]:.2f} ms")

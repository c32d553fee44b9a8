"""
A declared experiment, run and drawn
====================================

Where along its radius is a tumour as likely malignant as not? 569 real tumours, labels asked for
one at a time: noisy binary search chooses whom to ask about, the regressions ask about random
patients.
"""

# %%
# Every trial is kept in a store; here it is thrown away at the end.

import tempfile
from pathlib import Path

from experiments.catalog import experiment
from experiments.figures import draw
from experiments.runner import run
from experiments.store import Store
from experiments.summary import summarise

tumours = experiment("search/tumours")
with tempfile.TemporaryDirectory() as folder, Store(Path(folder) / "trials.db") as store:
    report = run(tumours, store, trials=100, jobs=1)
    summary = summarise(tumours, store)
print(f"{report.finished} trials, {len(report.failures)} failed")
figure = draw(summary)

# %%
# The same against the published numbers of another tool: how many runs of a test that is wrong in
# 5% find the commit that broke it? Theirs are hollow; they searched a history with merges and
# estimated how often the test is wrong, ours searches a line and is told.

bisection = experiment("search/robust-bisection")
with tempfile.TemporaryDirectory() as folder, Store(Path(folder) / "trials.db") as store:
    run(bisection, store, trials=500, jobs=1)
    figure = draw(summarise(bisection, store))

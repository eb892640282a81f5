"""From a table to predictions: a search, its trials, and its network in Python.

Every `# %%` begins a notebook cell for Visual Studio Code, Spyder or Jupytext. The services must be running
(`gyrus up -d`); tables and results go to the folder given as the argument.
"""

# %% Data: 240 rows whose class depends on two columns.
import pathlib
import random
import sys

import gyrus

folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()
random.seed(7)
lines = ["length,width,color,kind"]
for _ in range(240):
    length, width = random.uniform(0, 10), random.uniform(0, 10)
    lines.append(f"{length:.2f},{width:.2f},{random.choice(['red', 'blue'])},{'long' if length > width else 'wide'}")
(folder / "shapes.csv").write_text("\n".join(lines) + "\n")

# %% A scenario: the target and the budget.
(folder / "shapes.yaml").write_text(
    """
scenario: shapes
data: {source: shapes.csv}
target: {column: kind}
search: {method: random, trials: 3, seed: 1}
training: {epochs: 3, batch: 16}
final: {epochs: 5}
""".lstrip()
)
client = gyrus.Client()
status = client.publish_file(folder / "shapes.yaml")
print("published", status.id)

# %% The progress of the search.
for status in client.watch(status.id):
    print(status.state, f"{status.ended_trials} of {status.trials} trials")
if status.state != "succeeded":
    raise SystemExit(status.failure)

# %% The trials.
for trial in client.trials(status.id):
    print(trial.number, trial.network_name, trial.state, trial.metrics.get("validation-accuracy"))
try:
    frame = client.trials_frame(status.id)
    print(frame[["network", "objective"]].to_string())
except gyrus.GyrusError as error:
    print("no data frame:", error.message)

# %% The events of the search.
kinds = {event.kind for event in client.events("designer", after=0, subject=status.id, follow=False)}
print("events:", ", ".join(sorted(kinds)))

# %% The network with its preprocessing, as a torch module.
package = client.result(status.id, folder / "result")
answers = package.predict(
    [{"length": 9.5, "width": 0.5, "color": "red"}, {"length": 0.5, "width": 9.5, "color": None}])
for answer in answers:
    print("answer:", answer.answer, {name: round(value, 3) for name, value in answer.probabilities.items()})
print("module:", package(
    [{"length": 9.5, "width": 0.5, "color": "red"}]).shape, sum(p.numel() for p in package.parameters()), "parameters")

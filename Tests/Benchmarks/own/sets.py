"""Users' datasets: how each is read, split and scored. Which ones may be used for tuning defaults was fixed beforehand."""
import json
import os
import shutil

import numpy as np
import pandas as pd
from sklearn.metrics import accuracy_score, balanced_accuracy_score, f1_score, r2_score
from sklearn.model_selection import GroupShuffleSplit, ShuffleSplit, StratifiedShuffleSplit

# name: (file or None for class folders, kind, target columns, group, metric, may be used for tuning)
SETS = {
    "bank-queries": ("queries.csv", "text", ["category"], None, "accuracy", False),
    "sms": ("messages.tsv", "text", ["label"], None, "macro-f1", True),
    "reviews-zh": ("reviews.jsonl", "text", ["label"], None, "accuracy", True),
    "languages": (None, "text", ["class"], None, "accuracy", False),
    "feelings": ("comments.jsonl", "text", ["feelings"], None, "micro-f1", False),
    "voices": ("clips.csv", "sound", ["feeling"], "speaker", "accuracy", False),
    "clothes": (None, "picture", ["class"], None, "accuracy", True),
    "signs": (None, "picture", ["class"], None, "accuracy", False),
    "skin": ("lesions.csv", "picture", ["diagnosis"], "lesion", "accuracy", False),
    "blood": ("cells.csv", "picture", ["red", "white", "platelets"], None, "r2", False),
    "commands": (None, "sound", ["class"], "speaker", "accuracy", True),
    "surroundings": ("clips.csv", "sound", ["where"], None, "accuracy", False),
    "stamps": ("stamps.jsonl", "picture", ["kind"], None, "accuracy", True),
    "incomes": ("people.csv", "table", ["income"], None, "accuracy", True),
    "housing": ("districts.parquet", "table", ["median_house_value"], None, "r2", False),
    "wine": ("white.csv", "table", ["quality"], None, "r2", False),
    "energy": ("buildings.csv", "table", ["heating", "cooling"], None, "r2", True),
    "penguins": ("penguins.csv", "table", ["species"], None, "accuracy", False),
    "heartbeats": ("beats.csv", "series", ["beat"], None, "accuracy", True),
    "vowels": ("utterances.parquet", "series", ["speaker"], None, "accuracy", False),
}
TEST_SHARE = 0.2


class Set:
    """A dataset: a data frame with one row per sample, and the location of its files."""

    def __init__(self, name, root):
        self.name, self.folder = name, os.path.join(root, name)
        self.file, self.kind, self.targets, self.group, self.metric, self.is_tuning = SETS[name]
        self.frame = self.read()

    def read(self):
        if self.file is None:
            rows = [
                {"file": os.path.join(label, name), "class": label, "speaker": name.split("-")[0]}
                for label in sorted(os.listdir(self.folder))
                for name in sorted(os.listdir(os.path.join(self.folder, label)))
            ]
            return pd.DataFrame(rows)
        path = os.path.join(self.folder, self.file)
        if self.file.endswith(".parquet"):
            return pd.read_parquet(path)
        if self.file.endswith(".jsonl"):
            return pd.DataFrame([json.loads(line) for line in open(path, encoding="utf-8")])
        if self.file.endswith(".tsv"):
            return pd.read_csv(path, sep="\t", header=None, names=["label", "text"], quoting=3, keep_default_na=False)
        return pd.read_csv(path, sep=None, engine="python")

    @property
    def is_regression(self):
        return self.metric == "r2"

    def answers(self, rows):
        """The correct answers for rows: class names, sets of labels, or numbers."""
        frame = self.frame.iloc[rows]
        if self.is_regression:
            return frame[self.targets].to_numpy(float)
        values = frame[self.targets[0]]
        return [set(v) for v in values] if self.metric == "micro-f1" else values.astype(str).to_numpy()

    def split(self, seed):
        """Rows for training and test: stratified, and by group if there is one."""
        rows = np.arange(len(self.frame))
        if self.group:
            splitter = GroupShuffleSplit(1, test_size=TEST_SHARE, random_state=seed)
            return next(splitter.split(rows, groups=self.frame[self.group]))
        labels = None if self.is_regression or self.metric == "micro-f1" else self.frame[self.targets[0]].astype(str)
        # A class with one sample cannot be on both sides; it goes to training.
        if labels is not None and labels.value_counts().min() > 1:
            return next(StratifiedShuffleSplit(1, test_size=TEST_SHARE, random_state=seed).split(rows, labels))
        return next(ShuffleSplit(1, test_size=TEST_SHARE, random_state=seed).split(rows))

    def files(self, rows):
        """The columns with paths, and the paths in rows."""
        columns = [c for c in ("file", "picture", "spoken_fr") if c in self.frame]
        return [p for c in columns for p in self.frame.iloc[rows][c]]

    def write(self, rows, folder, with_answers):
        """Writes rows as the user would have them, and returns the path that a program gets."""
        os.makedirs(folder, exist_ok=True)
        for path in self.files(rows):
            os.makedirs(os.path.dirname(os.path.join(folder, path)), exist_ok=True)
            shutil.copy(os.path.join(self.folder, path), os.path.join(folder, path))
        if self.file is None:
            return folder if with_answers else [os.path.join(folder, p) for p in self.files(rows)]
        frame = self.frame.iloc[rows]
        # Columns without names are identified by position, so the answers stay; 'gyrus predict' ignores them.
        if not with_answers and not self.file.endswith(".tsv"):
            frame = frame.drop(columns=self.targets)
        path = os.path.join(folder, self.file)
        if self.file.endswith(".parquet"):
            frame.to_parquet(path)
        elif self.file.endswith(".jsonl"):
            frame.to_json(path, orient="records", lines=True, force_ascii=False)
        elif self.file.endswith(".tsv"):
            text = "\n".join("\t".join(map(str, row)) for row in frame.itertuples(index=False)) + "\n"
            open(path, "w", encoding="utf-8").write(text)
        else:
            frame.to_csv(path, index=False, sep=";" if self.name == "wine" else ",")
        return path

    def score(self, rows, predicted):
        """The dataset's metric; a missing answer counts as wrong."""
        right = self.answers(rows)
        if self.metric == "r2":
            return r2_score(right, np.array(predicted, float))
        if self.metric == "micro-f1":
            names = sorted(set().union(*right, *predicted))
            table = lambda answers: np.array([[name in a for name in names] for a in answers])
            return f1_score(table(right), table(predicted), average="micro", zero_division=0)
        if self.metric == "macro-f1":
            return f1_score(right, predicted, average="macro")
        if self.metric == "balanced-accuracy":
            return balanced_accuracy_score(right, predicted)
        return accuracy_score(right, predicted)

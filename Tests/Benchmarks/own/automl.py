"""AutoML programs with their default settings: FLAML for tables, AutoGluon for tables with texts."""
import os
import tempfile

import numpy as np
import pandas as pd


def frame(data, rows):
    """The columns that a program for tables gets: all but targets, groups and files; a text file is replaced by its text."""
    if data.file is None:
        if data.kind != "text":
            raise ValueError(f"{data.name} is no table")
        texts = [open(os.path.join(data.folder, path), encoding="utf-8").read() for path in data.files(rows)]
        return pd.DataFrame({"text": texts})
    if data.kind not in ("table", "series", "text") or "series" in data.frame:
        raise ValueError(f"{data.name} is no table")
    return data.frame.iloc[rows].drop(columns=data.targets + [c for c in (data.group,) if c]).reset_index(drop=True)


def flaml(data, training, test, seconds, cores):
    """`flaml.AutoML` for `seconds` on `cores`, one search for each target."""
    from flaml import AutoML
    if data.kind == "text" or data.metric == "micro-f1":
        raise ValueError("FLAML reads texts only with a pretrained network, which it downloads")
    x, z, right = frame(data, training), frame(data, test), data.answers(training)

    def fit(answers, share):
        model = AutoML()
        model.fit(x, answers, task="regression" if data.is_regression else "classification", time_budget=share,
                  n_jobs=cores, seed=0, verbose=0)
        return np.asarray(model.predict(z))
    if not data.is_regression:
        return fit(right, seconds).astype(str)
    return np.stack([fit(column, seconds / right.shape[1]) for column in right.T], axis=1)


def autogluon(data, training, test, seconds, cores):
    """`autogluon.tabular.TabularPredictor` for `seconds` on `cores`, one for each target; it reads texts as n-grams."""
    from autogluon.tabular import TabularPredictor
    if data.metric == "micro-f1":
        raise ValueError("AutoGluon cannot learn sets of labels")
    x, z, right = frame(data, training), frame(data, test), data.answers(training)

    def fit(answers, share):
        with tempfile.TemporaryDirectory() as folder:
            predictor = TabularPredictor("answer of the set", path=folder, verbosity=0,
                                         problem_type="regression" if data.is_regression else None)
            predictor.fit(x.assign(**{"answer of the set": answers}), time_limit=share, num_cpus=cores)
            return predictor.predict(z).to_numpy()
    if not data.is_regression:
        return fit(right, seconds).astype(str)
    return np.stack([fit(column, seconds / right.shape[1]) for column in right.T], axis=1)

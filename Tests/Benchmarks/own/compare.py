"""Performs one step of `Benchmarks own` and prints a line of JSON.

compare.py list
compare.py write ROOT SET SEED FOLDER          training and test data as a user has them
compare.py score ROOT SET SEED ANSWERS         the metric of a file that 'gyrus predict' wrote
compare.py peer  ROOT SET SEED NAME SECONDS    trains a peer and scores it: classic, plain, flaml or autogluon

SECONDS are processor seconds. FLAML and AutoGluon take a time instead: that many seconds on all cores.
"""
import csv
import json
import os
import resource
import sys
import warnings

import numpy as np
from sets import SETS, Set

warnings.filterwarnings("ignore")


def main(step, *arguments):
    if step == "list":
        return [{"name": n, "isTuning": s[5], "metric": s[4]} for n, s in SETS.items()]
    root, name, seed = arguments[:3]
    data = Set(name, root)
    training, test = data.split(int(seed))
    if step == "write":
        folder = arguments[3]
        source = data.write(training, os.path.join(folder, "train"), True)
        inputs = data.write(test, os.path.join(folder, "test"), False)
        target = [] if data.file is None else ["--target", ",".join(data.targets)]
        if data.file and data.file.endswith(".tsv"):
            target = ["--target", "column1"]  # The file has no header.
        form = inputs if data.file is None else ["--table", inputs]
        return {"data": source, "target": target, "inputs": form}
    if step == "score":
        rows = list(csv.reader(open(arguments[3], encoding="utf-8")))[1:]
        answers = [row[1:] for row in rows]
        if data.metric == "micro-f1":
            answers = [set(a[0].split("|")) - {""} if a else set() for a in answers]
        elif data.is_regression:
            answers = [[float(v) for v in a] for a in answers]
        else:
            answers = np.array([a[0] if a else "" for a in answers])
        return {"score": data.score(test, answers), "samples": len(test)}
    peer, seconds, cores = arguments[3], float(arguments[4]), os.cpu_count()
    if peer in ("flaml", "autogluon"):
        import automl
        answers = getattr(automl, peer)(data, training, test, seconds / cores, cores)
    else:
        import peers
        answers = peers.classic(data, training, test) if peer == "classic" else peers.plain(
            data, training, test, seconds)
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return {"score": data.score(test, answers), "seconds": sum(u.ru_utime + u.ru_stime for u in used),
            "megabytes": max(u.ru_maxrss for u in used) / 1024}


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:])))

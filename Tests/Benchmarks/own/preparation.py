"""Time and peak memory of inspecting and preparing a user's data, compared with what Python's tools need to read it.

Makes colored pictures of 64 x 64 in class folders, and a table of numbers and words, in a temporary folder; runs the
program that looks and prepares for gyrus on them, and beside it torchvision's ImageFolder with a loader of as many workers
as there are cores (Pillow on a pool of processes where torchvision is not installed) and pandas' read_csv.

    python preparation.py .build/release/gyrus-data --pictures 100000 --rows 10000000
"""

import argparse
import importlib.util
import json
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time

import numpy as np
from PIL import Image


def make_pictures(folder, count, classes=10):
    """JPEGs of noise whose color depends on the class."""
    generator = np.random.default_rng(1)
    for name in range(classes):
        os.makedirs(f"{folder}/class {name}")
    for number in range(count):
        name = number % classes
        picture = generator.integers(0, 128, (64, 64, 3), dtype=np.uint8)
        picture[..., name % 3] += np.uint8(10 * name)
        Image.fromarray(picture).save(f"{folder}/class {name}/{number}.jpg", quality=85)


def make_table(path, count, chunk=100_000):
    """Five numbers, a word, and a class that depends on two of the numbers."""
    generator = np.random.default_rng(1)
    with open(path, "w") as file:
        file.write("a,b,c,d,e,color,label\n")
        for start in range(0, count, chunk):
            numbers = generator.normal(size=(min(chunk, count - start), 5)).round(4)
            words = generator.integers(0, 12, len(numbers))
            file.writelines(
                ",".join(map(str, row)) + f",word{word},{'yes' if row[0] > row[1] else 'no'}\n"
                for row, word in zip(numbers, words))


def measure(command, lines=()):
    """Seconds and peak MiB of a program that reads some lines; if it reports a failure, the benchmark ends."""
    start = time.monotonic()
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    process.stdin.write("".join(line + "\n" for line in lines))
    process.stdin.flush()
    last = ""
    for line in process.stdout:
        last = line
    # A helper program ends when its caller closes the pipe.
    process.stdin.close()
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0 or last.startswith("!") or '"failure"' in last:
        sys.exit(f"{command}: {status}: {last[:500]}")
    return time.monotonic() - start, usage.ru_maxrss / 1024


def show(what, count, unit, seconds, memory):
    print(f"{what}: {seconds:.1f} s, {count / seconds:,.0f} {unit}/s, at most {memory:,.0f} MiB", flush=True)


def ours(program, source, count, unit, folder):
    settings = json.dumps({"source": source, "ignored": [], "split": {"seed": 1}, "tolerance": 0.05})
    show("gyrus look", count, unit, *measure([program, "look"], [settings]))
    output = f"{folder}/prepared.safetensors"
    show("gyrus prepare", count, unit, *measure([program, "prepare"], [settings, output]))
    print(f"  prepared file: {os.path.getsize(output) / 2**20:,.0f} MiB")
    os.remove(output)


def decode(path):
    """What ImageFolder's loader and ToTensor do with a picture."""
    with open(path, "rb") as file:
        return (np.asarray(Image.open(file).convert("RGB"), dtype=np.float32) / 255).shape


def read_pictures(folder):
    """Reads all pictures once."""
    if importlib.util.find_spec("torchvision") is None:
        paths = [f"{place}/{name}" for place, _, names in os.walk(folder) for name in names]
        with multiprocessing.Pool() as pool:
            return sum(1 for _ in pool.imap_unordered(decode, paths, chunksize=64))
    import torch
    import torchvision
    data = torchvision.datasets.ImageFolder(folder, torchvision.transforms.ToTensor())
    loader = torch.utils.data.DataLoader(data, batch_size=256, num_workers=os.cpu_count())
    return sum(len(labels) for _, labels in loader)


def read_table(path):
    """Reads a whole table into memory, as pandas does."""
    import pandas
    return len(pandas.read_csv(path))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", help="gyrus-data")
    parser.add_argument("--pictures", type=int, default=100_000)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--read", nargs=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.read:
        {"pictures": read_pictures, "table": read_table}[arguments.read[0]](arguments.read[1])
        return
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory() as folder:
        pictures, table = f"{folder}/pictures", f"{folder}/table.csv"
        peer = [sys.executable, os.path.abspath(__file__), arguments.program, "--read"]
        if arguments.pictures:
            make_pictures(pictures, arguments.pictures)
            ours(arguments.program, pictures, arguments.pictures, "pictures", folder)
            name = "ImageFolder" if importlib.util.find_spec("torchvision") else "Pillow on all cores"
            show(name, arguments.pictures, "pictures", *measure([*peer, "pictures", pictures]))
        if arguments.rows:
            make_table(table, arguments.rows)
            ours(arguments.program, table, arguments.rows, "rows", folder)
            show("pandas", arguments.rows, "rows", *measure([*peer, "table", table]))


if __name__ == "__main__":
    main()

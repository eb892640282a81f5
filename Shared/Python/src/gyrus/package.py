"""Networks with everything needed to use them."""

from __future__ import annotations

import dataclasses
import importlib.util
import json
import os
import pathlib
from typing import Any, Iterable, Mapping, Union, cast

import torch

from .errors import GyrusError


@dataclasses.dataclass(frozen=True)
class Prediction:
    """An answer for one sample."""

    #: The class, the labels above the threshold, or None for numbers.
    answer: Union[str, list[str], None]
    #: Probability of each class or label; empty for numbers.
    probabilities: dict[str, float]
    #: The numbers by column, in their units; empty for classes and labels.
    numbers: dict[str, float]


class Package(torch.nn.Module):
    """A network with its preprocessing, as written by ``gyrus result --output``.

    >>> package = gyrus.Package("results/clothes")
    >>> package.predict([{"file": "picture.jpg"}])

    It takes rows with the columns of the training data; pictures and sounds are paths. The file ``example.py`` next to
    the network converts them to its arguments.

    Args:
        folder: Folder of the package.
        files: Folder that paths in rows are relative to.
    """

    def __init__(self, folder: Union[str, os.PathLike[str]], *, files: Union[str, os.PathLike[str]] = ".") -> None:
        super().__init__()
        self.folder = pathlib.Path(folder)
        self.files = pathlib.Path(files)
        for name in ("model.pt", "preprocessing.json", "example.py"):
            if not (self.folder / name).exists():
                raise GyrusError("not-found", f"The folder '{folder}' is not a package: it has no {name}.")
        self.manifest: dict[str, Any] = json.loads((self.folder / "preprocessing.json").read_text(encoding="utf-8"))
        specification = importlib.util.spec_from_file_location("gyrus_package", self.folder / "example.py")
        assert specification is not None and specification.loader is not None
        self._example = importlib.util.module_from_spec(specification)
        specification.loader.exec_module(self._example)
        self.network: torch.nn.Module = self._example.model

    @property
    def kind(self) -> str:
        """``classification``, ``multi-label`` or ``regression``."""
        return cast(str, self.manifest["target"]["kind"])

    @property
    def names(self) -> list[str]:
        """Names of the classes or labels, or of the numeric columns, in output order."""
        return cast("list[str]", self.manifest["target"]["names"])

    @property
    def columns(self) -> list[str]:
        """The columns that a row needs."""
        return [column for name in sorted(self.manifest["inputs"]) for column in self.manifest["inputs"][name]["columns"]]

    def forward(self, rows: Iterable[Mapping[str, Any]]) -> torch.Tensor:
        """Probabilities, or numbers in their units, one row per sample."""
        texts = [{name: "" if value is None else str(value) for name, value in row.items()} for row in rows]
        for number, row in enumerate(texts, 1):
            missing = [column for column in self.columns if column not in row]
            if missing:
                raise GyrusError(
                    "invalid-argument",
                    f"row {number} has no '{missing[0]}'; it has {', '.join(sorted(row))}. Use None if it is unknown.")
        if not texts:
            return torch.zeros(0, len(self.names))
        return cast(torch.Tensor, self._example.predict(texts, self.files))

    def predict(self, rows: Iterable[Mapping[str, Any]]) -> list[Prediction]:
        """The answer for each row."""
        return [self._prediction(answer) for answer in self.forward(rows).tolist()]

    def _prediction(self, answer: list[float]) -> Prediction:
        named = dict(zip(self.names, answer))
        if self.kind == "regression":
            return Prediction(None, {}, named)
        if self.kind == "classification":
            return Prediction(max(named, key=named.__getitem__), named, {})
        threshold = self.manifest["target"].get("threshold", 0.5)
        return Prediction([name for name, value in named.items() if value > threshold], named, {})

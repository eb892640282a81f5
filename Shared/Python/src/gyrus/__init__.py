"""Client for Gyrus: publish scenarios, watch searches, use the resulting networks.

>>> import gyrus
>>> client = gyrus.Client()
>>> status = client.publish(open("clothes.yaml").read())
>>> for status in client.watch(status.id): print(status.state, status.ended_trials)
>>> package = client.result(status.id, "results/clothes")
>>> package.predict([{"file": "picture.jpg"}])
"""

from __future__ import annotations

from typing import Any

from .client import Client
from .errors import GyrusError, MissingEvents
from .server import Server
from .values import Event, ScenarioStatus, Trial

__all__ = ["Client", "Event", "GyrusError", "MissingEvents", "Package", "Prediction", "ScenarioStatus", "Server", "Trial"]
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    # Only running networks requires torch.
    if name in ("Package", "Prediction"):
        from . import package

        return getattr(package, name)
    raise AttributeError(f"module 'gyrus' has no attribute '{name}'")

"""Values returned by the services."""

from __future__ import annotations

import dataclasses
import datetime
from typing import Any, Optional

from . import _protocol

_SCENARIO_STATES = _protocol.enumeration("ScenarioState")
_TRIAL_STATES = _protocol.enumeration("TrialState")

#: Final states of a scenario.
FINAL_STATES = frozenset({"succeeded", "failed", "cancelled"})


def _time(microseconds: int) -> Optional[datetime.datetime]:
    if microseconds == 0:
        return None
    return datetime.datetime.fromtimestamp(microseconds / 1e6, tz=datetime.timezone.utc)


@dataclasses.dataclass(frozen=True)
class Trial:
    """A candidate of a search."""

    #: ID: the scenario's ID with the number.
    id: str
    #: Number within the search, from 0.
    number: int
    #: ``training``, ``evaluating``, ``succeeded``, ``failed``, ``cancelled`` or ``paused``.
    state: str
    #: Readable name of the network.
    network_name: str
    #: Artificial code of the network.
    code: str
    #: Genome as text.
    genome: str
    #: Where the proposal came from, such as ``random``.
    origin: str
    #: Objective on the validation split; larger is better.
    objective: float
    #: Metrics, such as ``validation-accuracy``, ``parameters`` and ``seconds``.
    metrics: dict[str, float]
    #: Why it failed; None if it did not.
    failure: Optional[str]

    @classmethod
    def _of(cls, wire: Any) -> "Trial":
        return cls(
            id=wire.id, number=wire.number, state=_TRIAL_STATES.get(wire.state, "unknown"),
            network_name=wire.network_name, code=wire.code, genome=wire.genome, origin=wire.origin,
            objective=wire.objective, metrics={metric.name: metric.value for metric in wire.metrics},
            failure=wire.failure.message if wire.HasField("failure") else None)


@dataclasses.dataclass(frozen=True)
class ScenarioStatus:
    """A published scenario."""

    #: ID.
    id: str
    #: Name from the file.
    name: str
    #: ``queued``, ``running``, ``succeeded``, ``failed`` or ``cancelled``.
    state: str
    #: Trials that the search may run.
    trials: int
    #: Trials that have ended.
    ended_trials: int
    #: The best trial so far.
    best: Optional[Trial]
    #: Name of the metric that networks are compared by.
    metric: str
    #: ID of the resulting model; None before the end.
    model: Optional[str]
    #: Why it failed; None if it did not.
    failure: Optional[str]
    #: When it was published.
    published: Optional[datetime.datetime]
    #: When it ended.
    ended: Optional[datetime.datetime]

    @property
    def is_final(self) -> bool:
        """Whether the state is final."""
        return self.state in FINAL_STATES

    @classmethod
    def _of(cls, wire: Any) -> "ScenarioStatus":
        return cls(
            id=wire.id, name=wire.name, state=_SCENARIO_STATES.get(wire.state, "unknown"), trials=wire.trials,
            ended_trials=wire.ended_trials, best=Trial._of(wire.best) if wire.HasField("best") else None,
            metric=wire.metric, model=wire.model or None,
            failure=wire.failure.message if wire.HasField("failure") else None,
            published=_time(wire.published_microseconds), ended=_time(wire.ended_microseconds))


@dataclasses.dataclass(frozen=True)
class Event:
    """An event in a service."""

    #: Position in the service's log.
    sequence: int
    #: When it happened.
    time: Optional[datetime.datetime]
    #: Name of the service.
    service: str
    #: What happened, as ``noun.verb``, such as ``trial.finished``.
    kind: str
    #: ID of what it happened to.
    subject: str
    #: Details.
    attributes: dict[str, str]

    @classmethod
    def _of(cls, wire: Any) -> "Event":
        return cls(
            sequence=wire.sequence, time=_time(wire.time_microseconds), service=wire.service, kind=wire.kind,
            subject=wire.subject, attributes={entry.name: entry.value for entry in wire.attributes})

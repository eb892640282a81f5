"""The client of the services."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import warnings
from typing import TYPE_CHECKING, Any, Iterator, Mapping, Optional, Union

from . import _connection, _protocol
from .errors import GyrusError, MissingEvents
from .values import Event, ScenarioStatus, Trial

if TYPE_CHECKING:
    import pandas

    from .package import Package

#: Maximum time, in seconds, that a service holds a request.
_LONGEST_WAIT = 30.0


class Client:
    """Publishes scenarios and follows their progress.

    >>> client = gyrus.Client()
    >>> status = client.publish(open("clothes.yaml").read())
    >>> for status in client.watch(status.id): print(status.state)

    Args:
        project: Name of the project whose services to use; ``GYRUS_DESIGNER`` and similar variables take precedence.
        environment: Replaces the process's own environment.
    """

    def __init__(self, project: Optional[str] = None, *, environment: Optional[Mapping[str, str]] = None) -> None:
        self._environment = dict(os.environ if environment is None else environment)
        self._project = project
        self._connections: dict[str, _connection.Connection] = {}

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes all connections."""
        for connection in self._connections.values():
            connection.close()
        self._connections.clear()

    def _call(self, service: str, route: str, request: Any, reply: str, timeout: float = 10.0) -> Any:
        if service not in _connection.SERVICES:
            raise GyrusError(
                "not-found", f"There is no service '{service}'; use one of {', '.join(_connection.SERVICES)}.")
        if service not in self._connections:
            where = _connection.endpoint(service, self._project, self._environment)
            self._connections[service] = _connection.Connection(service, where, self._environment)
        return self._connections[service].call(route, request, reply, timeout=timeout)[0]

    # Scenarios

    def publish(self, text: str, *, file: str = "scenario.yaml", id: Optional[str] = None) -> ScenarioStatus:
        """Publishes a scenario; returns once it is on disk.

        Your own data must be prepared first; ``publish_file`` does that.

        Args:
            text: The text of the scenario file.
            file: File name for messages.
            id: ID to publish it under; repeating it with the same text changes nothing.

        Raises:
            GyrusError: With the location of the error in the text.
        """
        request = _protocol.make("PublishRequest", id=id or secrets.token_hex(6), text=text, file=file)
        return ScenarioStatus._of(self._call("designer", "scenario.publish", request, "ScenarioStatus"))

    def publish_file(self, path: Union[str, os.PathLike[str]], *, program: str = "gyrus") -> ScenarioStatus:
        """Publishes a scenario file and prepares its data first.

        Args:
            program: The gyrus program, which reads and prepares data.
        """
        return self.scenario(self._run(program, "publish", os.fspath(path)).strip())

    def _run(self, program: str, *words: str) -> str:
        path = shutil.which(program, path=self._environment.get("PATH"))
        if path is None:
            raise GyrusError("unavailable", f"There is no program '{program}'; pass its path as program=…")
        project = ["--project-name", self._project] if self._project else []
        done = subprocess.run([path, *project, *words], env=self._environment, capture_output=True, text=True)
        if done.returncode != 0:
            raise GyrusError("unavailable", done.stderr.strip() or f"'{program} {words[0]}' failed")
        return done.stdout

    def scenario(self, id: str, *, wait: float = 0.0) -> ScenarioStatus:
        """The state of a scenario, by its ID or a unique prefix.

        Args:
            wait: Maximum time, in seconds, to wait for its end; at most 30.
        """
        wait = min(wait, _LONGEST_WAIT)
        request = _protocol.make("ScenarioRequest", id=id, wait_milliseconds=int(wait * 1000))
        return ScenarioStatus._of(self._call("designer", "scenario.get", request, "ScenarioStatus", wait + 10))

    def scenarios(self, limit: int = 100) -> list[ScenarioStatus]:
        """The scenarios, newest first."""
        request = _protocol.make("ScenarioListRequest", limit=limit)
        reply = self._call("designer", "scenario.list", request, "ScenarioListReply")
        return [ScenarioStatus._of(each) for each in reply.scenarios]

    def watch(self, id: str, *, interval: float = 1.0) -> Iterator[ScenarioStatus]:
        """The state of a scenario whenever it changes, until it ends; the last one is final.

        Args:
            interval: Maximum time, in seconds, between checks.
        """
        last: Optional[ScenarioStatus] = None
        while True:
            status = self.scenario(id, wait=0.0 if last is None else interval)
            if status != last:
                yield status
            if status.is_final:
                return
            last = status

    def cancel(self, id: str) -> ScenarioStatus:
        """Cancels a scenario; a scenario that has ended is left unchanged."""
        request = _protocol.make("ScenarioRequest", id=id)
        return ScenarioStatus._of(self._call("designer", "scenario.cancel", request, "ScenarioStatus"))

    def trials(self, id: str) -> list[Trial]:
        """All trials of a scenario, by number."""
        trials: list[Trial] = []
        while True:
            request = _protocol.make(
                "TrialListRequest", scenario=id, limit=1000, **{"from": trials[-1].number + 1 if trials else 0})
            page = self._call("designer", "trial.list", request, "TrialListReply").trials
            if not page:
                return trials
            trials += [Trial._of(each) for each in page]

    def trials_frame(self, id: str) -> "pandas.DataFrame":
        """The trials of a scenario as a data frame, one row per trial and one column per metric."""
        try:
            import pandas
        except ImportError:
            raise GyrusError("unavailable", "Data frames require pandas: pip install pandas") from None
        rows = [
            {"number": trial.number, "state": trial.state, "network": trial.network_name, "code": trial.code,
             "genome": trial.genome, "origin": trial.origin, "objective": trial.objective, **trial.metrics}
            for trial in self.trials(id)
        ]
        return pandas.DataFrame(rows).set_index("number") if rows else pandas.DataFrame()

    def result(self, id: str, folder: Union[str, os.PathLike[str]], *, program: str = "gyrus") -> "Package":
        """Writes the package of a scenario's best network to a folder and loads it.

        Args:
            program: The gyrus program, which combines network and preparation.
        """
        from .package import Package

        self._run(program, "result", id, "--output", os.fspath(folder))
        return Package(folder)

    # Events

    def events(
        self, service: str = "designer", *, after: Optional[int] = None, kind: str = "", subject: str = "",
        follow: bool = True
    ) -> Iterator[Event]:
        """The events of a service, as they happen.

        Warns with ``MissingEvents`` if some of the requested events are no longer kept.

        Args:
            service: Name of the service.
            after: Position of the last event already seen; None for only new ones, 0 for all.
            kind: Only events whose kind has this prefix, such as ``trial.``.
            subject: Only events whose subject has this prefix, such as a scenario's ID.
            follow: Whether to wait for new events.
        """
        if after is None:
            tail = self._call(
                service, "events.tail", _protocol.make("EventsTailRequest", limit=1), "EventsTailReply")
            after = tail.last
        removed = after
        while True:
            wait = _LONGEST_WAIT if follow else 0.0
            request = _protocol.make(
                "EventsReadRequest", after=after, limit=1000, wait_milliseconds=int(wait * 1000))
            reply = self._call(service, "events.read", request, "EventsReadReply", wait + 10)
            if reply.removed > removed:
                removed = reply.removed
                warnings.warn(
                    f"Events up to {removed} of the {service} are no longer kept, because of its retention policy.",
                    MissingEvents, stacklevel=2)
            for wire in reply.events:
                if wire.kind.startswith(kind) and wire.subject.startswith(subject):
                    yield Event._of(wire)
            if reply.next == after and not follow:
                return
            after = reply.next

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

#: Seconds that a service holds a request at most.
_LONGEST_WAIT = 30.0


class Client:
    """Publishes scenarios and asks how they are doing.

    >>> client = gyrus.Client()
    >>> status = client.publish(open("clothes.yaml").read())
    >>> for status in client.watch(status.id): print(status.state)

    Args:
        project: Name of the project whose services are asked; those that ``GYRUS_DESIGNER`` and the like name go first.
        environment: In place of the process's own.
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
        """Ends all connections."""
        for connection in self._connections.values():
            connection.close()
        self._connections.clear()

    def _call(self, service: str, route: str, request: Any, reply: str, timeout: float = 10.0) -> Any:
        if service not in _connection.SERVICES:
            raise GyrusError(
                "not-found", f"There is no service '{service}'; there are {', '.join(_connection.SERVICES)}.")
        if service not in self._connections:
            where = _connection.endpoint(service, self._project, self._environment)
            self._connections[service] = _connection.Connection(service, where, self._environment)
        return self._connections[service].call(route, request, reply, timeout=timeout)[0]

    # Scenarios

    def publish(self, text: str, *, file: str = "scenario.yaml", id: Optional[str] = None) -> ScenarioStatus:
        """Publishes a scenario; returns after it is on disk.

        Data of your own must be prepared first, which ``publish_file`` does.

        Args:
            text: The scenario, as in a file.
            file: What messages call it.
            id: Identity to publish it under; repeating it with the same text changes nothing.

        Raises:
            GyrusError: With the place in the text that is wrong.
        """
        request = _protocol.make("PublishRequest", id=id or secrets.token_hex(6), text=text, file=file)
        return ScenarioStatus._of(self._call("designer", "scenario.publish", request, "ScenarioStatus"))

    def publish_file(self, path: Union[str, os.PathLike[str]], *, program: str = "gyrus") -> ScenarioStatus:
        """Publishes the scenario of a file, whose data are prepared on the way.

        Args:
            program: The command line of Gyrus, which reads and prepares data.
        """
        return self.scenario(self._run(program, "publish", os.fspath(path)).strip())

    def _run(self, program: str, *words: str) -> str:
        path = shutil.which(program, path=self._environment.get("PATH"))
        if path is None:
            raise GyrusError("unavailable", f"There is no program '{program}'; name it with program=…")
        project = ["--project-name", self._project] if self._project else []
        done = subprocess.run([path, *project, *words], env=self._environment, capture_output=True, text=True)
        if done.returncode != 0:
            raise GyrusError("unavailable", done.stderr.strip() or f"'{program} {words[0]}' failed")
        return done.stdout

    def scenario(self, id: str, *, wait: float = 0.0) -> ScenarioStatus:
        """The state of a scenario, by its identity or a beginning of it that no other has.

        Args:
            wait: Seconds to wait for its end, at most 30.
        """
        wait = min(wait, _LONGEST_WAIT)
        request = _protocol.make("ScenarioRequest", id=id, wait_milliseconds=int(wait * 1000))
        return ScenarioStatus._of(self._call("designer", "scenario.get", request, "ScenarioStatus", wait + 10))

    def scenarios(self, limit: int = 100) -> list[ScenarioStatus]:
        """The scenarios, the newest first."""
        request = _protocol.make("ScenarioListRequest", limit=limit)
        reply = self._call("designer", "scenario.list", request, "ScenarioListReply")
        return [ScenarioStatus._of(each) for each in reply.scenarios]

    def watch(self, id: str, *, interval: float = 1.0) -> Iterator[ScenarioStatus]:
        """The states of a scenario as they change, until it has ended; the last one is final.

        Args:
            interval: Seconds that pass between two looks at most.
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
        """Withdraws a scenario; one that has ended stays as it is."""
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
        """The trials of a scenario as a data frame, a row for each trial and a column for each metric."""
        try:
            import pandas
        except ImportError:
            raise GyrusError("unavailable", "A data frame needs pandas: pip install pandas") from None
        rows = [
            {"number": trial.number, "state": trial.state, "network": trial.network_name, "code": trial.code,
             "genome": trial.genome, "origin": trial.origin, "objective": trial.objective, **trial.metrics}
            for trial in self.trials(id)
        ]
        return pandas.DataFrame(rows).set_index("number") if rows else pandas.DataFrame()

    def result(self, id: str, folder: Union[str, os.PathLike[str]], *, program: str = "gyrus") -> "Package":
        """Writes the package of a scenario's best network into a folder, and loads it.

        Args:
            program: The command line of Gyrus, which puts network and preparation together.
        """
        from .package import Package

        self._run(program, "result", id, "--output", os.fspath(folder))
        return Package(folder)

    # Events

    def events(
        self, service: str = "designer", *, after: Optional[int] = None, kind: str = "", subject: str = "",
        follow: bool = True
    ) -> Iterator[Event]:
        """What happens in a service, as it happens.

        Warns with ``MissingEvents`` where some that were asked for are no longer kept.

        Args:
            service: Name of the service.
            after: Position of the last event that is known already; None for only new ones, 0 for all.
            kind: Only events whose kind begins so, such as ``trial.``.
            subject: Only events whose subject begins so, such as a scenario's identity.
            follow: Whether to wait for more.
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
                    f"Events up to {removed} of the {service} are no longer kept; its retention says how long they are.",
                    MissingEvents, stacklevel=2)
            for wire in reply.events:
                if wire.kind.startswith(kind) and wire.subject.startswith(subject):
                    yield Event._of(wire)
            if reply.next == after and not follow:
                return
            after = reply.next

"""A connection to one service: requests and replies over ZeroMQ."""

from __future__ import annotations

import base64
import binascii
import itertools
import os
import pathlib
import stat
import threading
import time
from typing import Any, Optional

import zmq
from google.protobuf.message import Message
from zmq.utils import z85

from . import _protocol
from .errors import GyrusError

#: The services of Gyrus.
SERVICES = ("registry", "designer", "knowledge", "trainer", "evaluator")


def endpoint(service: str, project: Optional[str], environment: dict[str, str]) -> str:
    """The endpoint of a service: from the environment, else the project's socket, else the user's own."""
    variable = f"GYRUS_{service.upper()}"
    if environment.get(variable):
        return environment[variable]
    state = environment.get("XDG_STATE_HOME", "")
    home = pathlib.Path(state) if state.startswith("/") else pathlib.Path.home() / ".local/state"
    name = project or environment.get("GYRUS_PROJECT") or "gyrus"
    run = home / "gyrus" / name / "run"
    if project or run.exists():
        return f"ipc://{run}/{service}.sock"
    folder = environment.get("XDG_RUNTIME_DIR") or f"/tmp/gyrus-{os.getuid()}"
    return f"ipc://{folder}/{service}.sock"


def public_key(text: str) -> bytes:
    """A public key in ZeroMQ's form of 40 characters, from that form or from 43 letters, digits, ``-`` and ``_``."""
    try:
        raw = base64.urlsafe_b64decode(text + "=") if len(text) == 43 else z85.decode(text)
        if len(raw) == 32:
            return z85.encode(raw)
    except (binascii.Error, KeyError, ValueError):
        pass
    raise GyrusError(
        "invalid-argument", f"'{text}' is not a public key: a key has 43 letters, digits, '-' and '_'.")


def keys(file: str) -> tuple[bytes, bytes]:
    """The public and the secret key in a file written by ``gyrus keys make``."""
    if stat.S_IMODE(os.stat(file).st_mode) & 0o077:
        raise GyrusError("permission-denied", f"Others can read the key file '{file}'; run: chmod 600 '{file}'")
    entries = {}
    with open(file, encoding="utf-8") as text:
        for line in text:
            name, mark, value = line.partition(":")
            if mark and not line.lstrip().startswith("#"):
                entries[name.strip()] = value.strip()
    try:
        return public_key(entries["public"]), entries["secret"].encode()
    except KeyError as missing:
        raise GyrusError("invalid-argument", f"The key file '{file}' has no line {missing}.") from None


class Connection:
    """Sends requests to one service; safe for several threads, which take turns."""

    def __init__(self, service: str, where: str, environment: dict[str, str]) -> None:
        self._service = service
        self._where = where
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()
        self._context = zmq.Context.instance()
        self._environment = environment
        self._socket = self._open()

    def _open(self) -> "zmq.Socket[bytes]":
        socket = self._context.socket(zmq.DEALER)
        socket.setsockopt(zmq.LINGER, 0)
        server = self._environment.get(f"GYRUS_{self._service.upper()}_KEY")
        if server:
            file = self._environment.get("GYRUS_KEYS")
            if not file:
                raise GyrusError(
                    "invalid-argument",
                    f"GYRUS_{self._service.upper()}_KEY is set, but GYRUS_KEYS is not: it must name the file with this "
                    "process's own keys.")
            public, secret = keys(file)
            socket.curve_serverkey = public_key(server)
            socket.curve_publickey, socket.curve_secretkey = public, secret
        socket.connect(self._where)
        return socket

    def call(
        self, route: str, request: Message, reply: str, *, timeout: float = 10.0, attachment: Optional[bytes] = None
    ) -> tuple[Any, bytes]:
        """Sends a request and waits for the answer.

        Raises GyrusError with the service's failure, or ``deadline-exceeded`` if it does not answer.
        """
        with self._lock:
            number = next(self._numbers)
            header = _protocol.make(
                "RequestHeader", version=_protocol.VERSION, id=number, route=route,
                deadline_milliseconds=int(timeout * 1000))
            frames = [header.SerializeToString(), request.SerializeToString()]
            if attachment is not None:
                frames.append(attachment)
            try:
                # Waits for a service that is not up yet, but not forever.
                self._socket.setsockopt(zmq.SNDTIMEO, int(timeout * 1000))
                self._socket.send_multipart(frames)
                answer = self._answer(number, timeout)
            except zmq.Again:
                # A late reply would be taken for the answer to another request.
                self._socket.close()
                self._socket = self._open()
                raise GyrusError(
                    "deadline-exceeded",
                    f"The {self._service} at {self._where} did not answer within {timeout:g} s; is it running? "
                    "Start the services with: gyrus up -d", is_retriable=True) from None
        body = _protocol.message(reply)()
        if len(answer) > 1:
            body.ParseFromString(answer[1])
        return body, (answer[2] if len(answer) > 2 else b"")

    def _answer(self, number: int, timeout: float) -> list[bytes]:
        deadline = time.monotonic() + timeout
        while True:
            rest = deadline - time.monotonic()
            if rest <= 0 or not self._socket.poll(int(rest * 1000) + 1):
                raise zmq.Again()
            frames = self._socket.recv_multipart()
            header = _protocol.message("ReplyHeader")()
            header.ParseFromString(frames[0])
            if header.id != number:
                continue
            if header.HasField("failure"):
                raise GyrusError(header.failure.code, header.failure.message, is_retriable=header.failure.retriable)
            return frames

    def close(self) -> None:
        """Closes the connection."""
        with self._lock:
            self._socket.close()

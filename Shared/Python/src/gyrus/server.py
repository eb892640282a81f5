"""The client of a server started by `gyrus serve`."""

from __future__ import annotations

import base64
import json
import urllib.error
import urllib.parse
import urllib.request
from typing import Any, Iterable, Mapping, Optional, cast

from .errors import GyrusError

_CODES = {400: "invalid-argument", 401: "permission-denied", 404: "not-found", 413: "invalid-argument",
          422: "invalid-argument", 429: "busy", 503: "unavailable", 504: "deadline-exceeded"}


class Server:
    """Queries networks over HTTP.

    >>> server = gyrus.Server("http://127.0.0.1:8471", key="…")
    >>> server.predict([{"age": 40, "city": "Oslo"}])

    Args:
        url: Address of the server.
        key: A key for the server, if it requires one.
        timeout: Seconds to wait for an answer.
    """

    def __init__(self, url: str, *, key: Optional[str] = None, timeout: float = 60.0) -> None:
        self._url = url.rstrip("/")
        self._key = key
        self._timeout = timeout

    def _ask(self, path: str, body: Optional[bytes] = None) -> Any:
        headers = {"Content-Type": "application/json"} if body is not None else {}
        if self._key:
            headers["Authorization"] = f"Bearer {self._key}"
        request = urllib.request.Request(self._url + path, data=body, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=self._timeout) as reply:
                return json.load(reply)
        except urllib.error.HTTPError as error:
            content = error.read()
            try:
                answer = json.loads(content)
            except ValueError:
                answer = {"error": content.decode(errors="replace")}
            if error.code == 422 and "predictions" in answer:
                return answer
            code = _CODES.get(error.code, "internal")
            raise GyrusError(code, answer.get("error", str(error)), is_retriable=error.code in (429, 503)) from None
        except urllib.error.URLError as error:
            raise GyrusError(
                "unavailable", f"No server answers at {self._url}: {error.reason}", is_retriable=True) from None

    def models(self) -> list[str]:
        """Names of the served networks."""
        return cast("list[str]", self._ask("/v2/models")["models"])

    def metadata(self, model: str) -> dict[str, Any]:
        """Inputs and outputs of a network, in the format of the Open Inference Protocol."""
        return cast("dict[str, Any]", self._ask(f"/v2/models/{urllib.parse.quote(model, safe='')}"))

    def predict(
        self, rows: Iterable[Mapping[str, Any]], *, model: Optional[str] = None, top: Optional[int] = None
    ) -> list[dict[str, Any]]:
        """The answer for each row: ``prediction`` and ``probabilities``, ``numbers``, or ``error``.

        Args:
            rows: Values by column; contents of files as bytes.
            model: Name of the network, if several are served.
            top: Number of most probable classes to report.
        """
        values = [
            {name: base64.b64encode(value).decode() if isinstance(value, (bytes, bytearray)) else value
             for name, value in row.items()} for row in rows
        ]
        query = urllib.parse.urlencode({name: value for name, value in (("model", model), ("top", top)) if value})
        answer = self._ask("/predict" + (f"?{query}" if query else ""), json.dumps(values).encode())
        return cast("list[dict[str, Any]]", answer["predictions"])

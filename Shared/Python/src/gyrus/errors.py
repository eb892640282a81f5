"""Errors."""

from __future__ import annotations


class MissingEvents(UserWarning):
    """Some of the requested events are no longer kept; the remaining ones follow."""


class GyrusError(Exception):
    """A failed request.

    Attributes:
        code: A stable code for programs, such as ``not-found`` or ``invalid-argument``.
        message: A message for people: what is wrong and what to do.
        is_retriable: Whether the same request may succeed later.
    """

    def __init__(self, code: str, message: str, *, is_retriable: bool = False) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.is_retriable = is_retriable

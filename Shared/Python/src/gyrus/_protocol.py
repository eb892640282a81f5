"""The messages of Gyrus, created from the compiled protocol definitions."""

from __future__ import annotations

import importlib.resources
from typing import Any, Type, cast

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.message import Message

#: Protocol version of this package.
VERSION = 1

_pool = descriptor_pool.DescriptorPool()


def _load() -> None:
    content = importlib.resources.files(__package__).joinpath("protocol.binpb").read_bytes()
    files = descriptor_pb2.FileDescriptorSet()
    files.ParseFromString(content)
    for file in files.file:
        _pool.Add(file)


_load()


def message(name: str) -> Type[Message]:
    """The class of a message, such as ``PublishRequest``."""
    return cast("Type[Message]", message_factory.GetMessageClass(_pool.FindMessageTypeByName(f"gyrus.wire.{name}")))


def enumeration(name: str) -> dict[int, str]:
    """Names for the numbers of an enumeration: ``SCENARIO_STATE_QUEUED`` is ``queued``."""
    values = _pool.FindEnumTypeByName(f"gyrus.wire.{name}").values
    prefix = values[0].name.rsplit("_", 1)[0] + "_"
    return {value.number: value.name[len(prefix):].lower() for value in values}


def make(name: str, **fields: Any) -> Message:
    """A message with the given fields."""
    return message(name)(**fields)

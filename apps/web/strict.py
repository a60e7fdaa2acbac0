"""Bodies of the API take no field that they do not know: a misspelt name must not lose what somebody meant to say."""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import Any, TypeVar

from rest_framework import serializers
from rest_framework.fields import empty

T = TypeVar("T")


def refuse_unknown(data: Any, known: Container[str]) -> None:
    """Raise ValidationError with a sentence for each name in a body that is not known. Other shapes pass."""
    if isinstance(data, Mapping):
        unknown = [str(name) for name in data if name not in known]
        if unknown:
            raise serializers.ValidationError({name: ["There is no field of this name."] for name in unknown})


class Serializer(serializers.Serializer[T]):
    """The base of every body. What is read only may be sent back, and changes nothing."""

    def run_validation(self, data: Any = empty) -> Any:
        """Raises ValidationError, also for unknown fields."""
        refuse_unknown(data, self.fields)
        return super().run_validation(data)


class ModelSerializer(serializers.ModelSerializer[Any]):
    """The same for the columns of a model."""

    def run_validation(self, data: Any = empty) -> Any:
        """Raises ValidationError, also for unknown fields."""
        refuse_unknown(data, self.fields)
        return super().run_validation(data)

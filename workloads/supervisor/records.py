"""Records of a request: each field checked against what the record's class says of it."""

from __future__ import annotations

from typing import Any, Callable, TypeVar, cast

from errors import BadRequest

Record = TypeVar("Record")


def checked(record: type[Record], value: Any, where: str, **nested: Any) -> Record:
    """`value` as a `record`; null counts as left out. Raises BadRequest.

    `nested`: records within, already checked.
    """
    given = {**without_nulls(value, where), **nested}
    kinds = cast("dict[str, str]", record.__annotations__)
    for key, value in given.items():
        if key not in kinds:
            raise BadRequest(f"{where}.{key} is not known")
        if key not in nested:
            fits, expected = KINDS[kinds[key]]
            if not fits(value):
                raise BadRequest(f"{where}.{key} must be {expected}")
    try:
        return record(**given)
    except TypeError as error:
        raise BadRequest(f"{where}: {str(error).partition(') ')[2]}") from error


def without_nulls(value: Any, where: str) -> dict[str, Any]:
    """An object without its fields that are null."""
    if not isinstance(value, dict):
        raise BadRequest(f"{where} must be an object")
    return {key: one for key, one in value.items() if one is not None}


def _is_count(value: Any) -> bool:
    return type(value) is int and value >= 0


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(_is_text(one) for one in value)


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and "\0" not in value


def _are_variables(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and all(_is_text(one) for one in value.values())
        and not any("=" in name for name in value)
    )


def _is_counts(value: Any) -> bool:
    return isinstance(value, list) and all(_is_count(one) for one in value)


def _is_number(value: Any) -> bool:
    return type(value) in (int, float) and value >= 0


KINDS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "int": (_is_count, "a whole number ≥ 0"),
    "int | None": (_is_count, "a whole number ≥ 0"),
    "float": (_is_number, "a number ≥ 0"),
    "float | None": (_is_number, "a number ≥ 0"),
    "list[int]": (_is_counts, "a list of whole numbers ≥ 0"),
    "str": (_is_text, "a text"),
    "str | None": (_is_text, "a text"),
    "bool": (lambda value: isinstance(value, bool), "true or false"),
    "list[str]": (_is_texts, "a list of texts, not empty"),
    "list[str] | None": (_is_texts, "a list of texts, not empty"),
    "dict[str, str]": (_are_variables, "an object of texts"),
}

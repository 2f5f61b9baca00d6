"""What a contract leaves unsaid: words, units, and whose data they are."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from paddock.data import dtypes
from paddock.data.contract import Column

from paddock_ci.compatibility.declared import Dataset

_PLACEHOLDER = re.compile(
    r"(?:todo|tbd|tba|fixme|xxx+|lorem ipsum)\b.*|"
    r"(?:n/?a|none|null|unknown|placeholder|(?:a |the |some )?(?:description|column|dataset|value|text)(?: here)?|"
    r"foo|bar|baz|dummy|test|change ?me|fill (?:me|this|it)? ?in|describe (?:me|this|it)|to be (?:done|defined|added))",
    re.IGNORECASE | re.DOTALL,
)


def _listed(names: str) -> frozenset[str]:
    return frozenset(names.split("|"))


# Words of a name that say: a quantity, which means nothing without a unit; and that it is none, but a mere number.
_QUANTITIES = _listed(
    "length|width|height|depth|distance|radius|diameter|circumference|perimeter|area|volume|weight|mass|"
    "temperature|speed|velocity|acceleration|duration|pressure|voltage|power|energy|frequency|force|torque|"
    "altitude|elevation|thickness|latency|delay|age|price|cost|revenue|salary|income|fee"
)
_NUMBERS = _listed(
    "ratio|share|fraction|rank|score|index|count|number|probability|normalised|normalized|scaled|relative|percent|"
    "percentage|log|z|category|bin|bucket|class|code|group|id|kind|type|level|band|factor|weights|is|has"
)
_PERSONAL = _listed(
    "email|phone|telephone|mobile|fax|dob|address|ip|ssn|iban|passport|surname|forename|firstname|lastname|"
    "fullname|username|nickname|street|postcode|zipcode"
)
_TOGETHER = [
    set(pair.split())
    for pair in _listed(
        "first name|last name|full name|family name|given name|middle name|maiden name|user name|customer name|"
        "patient name|person name|client name|employee name|contact name|author name|social security|tax id|"
        "national id|card number|license plate|zip code|e mail"
    )
]
# With these, a name is about such data, and holds none: `phone_model`, `email_count`.
_ABOUT = _listed("count|share|rate|ratio|type|kind|model|brand|length|weight|valid|known|n|has|is")


class Fault(NamedTuple):
    """What is wrong, at which key, and how to mend it."""

    key: str
    what: str
    remedy: str


def of_dataset(dataset: Dataset) -> Iterator[Fault]:
    """What is wrong with what a contract says of its dataset."""
    yield from _words(dataset.name, dataset.contract.description, "a row is")


def of_column(column: Column, table: Mapping[str, Any]) -> Iterator[Fault]:
    """What is wrong with what a contract says of a column, which `table` declares."""
    yield from _words(column.name, column.description, "a value means")
    if "unit" not in table and _is_quantity(column):
        what = "is a quantity by its name, and has no unit"
        yield Fault("", what, 'Add, for instance: unit = "mm"; where it has none, write: unit = "1"')
    if "personal" not in table and _is_personal(column):
        what = "sounds like personal data, and is not marked either way"
        yield Fault("", what, "Write personal = true, or, where it tells nothing of a person: personal = false")


def _words(name: str, description: str, what: str) -> Iterator[Fault]:
    text = description.strip().rstrip(".!?…").strip()
    plain = re.sub(r"[\W_]+", " ", text).strip().lower()
    # A name of one word may say it all: the age is the age.
    repeats = "_" in name and plain == name.replace("_", " ").strip()
    if repeats or "{{" in text or not any(map(str.isalpha, text)) or _PLACEHOLDER.fullmatch(text):
        yield Fault("description", f"the description {description!r} says nothing", f"Say what {what}.")


def _is_quantity(column: Column) -> bool:
    words = set(column.name.split("_"))
    is_number = column.dtype in dtypes.NUMBERS and not column.allowed
    return is_number and bool(words & _QUANTITIES) and not words & _NUMBERS


def _is_personal(column: Column) -> bool:
    words = set(column.name.split("_"))
    if column.dtype == "bool" or words & _ABOUT:
        return False
    is_birth = any(word.startswith("birth") for word in words)
    return column.name == "name" or is_birth or bool(words & _PERSONAL) or any(pair <= words for pair in _TOGETHER)

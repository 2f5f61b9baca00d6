"""Values of the environment that are secret never stand in what is stored."""

from __future__ import annotations

from paddock.notebooks.secret import hide


def test_values_of_secret_variables_are_hidden() -> None:
    """A secret by its name or by its looks is replaced wherever it stands in a value; harmless values stay."""
    environment = {
        "DB_PASSWORD": 'a"b\nçdefg',
        "DSN": "postgresql://u:topsecret@h/d",
        "LANG": "C.UTF-8",
        "API_KEY": "x",
    }
    outputs = [{"data": {"text/plain": [f"<{value}>", value]}, "count": 1} for value in environment.values()]
    shown = [output["data"]["text/plain"] for output in hide(outputs, environment)]
    assert shown == [
        ["<[hidden: DB_PASSWORD]>", "[hidden: DB_PASSWORD]"],
        ["<[hidden: DSN]>", "[hidden: DSN]"],
        ["<C.UTF-8>", "C.UTF-8"],
        ["<x>", "x"],
    ]

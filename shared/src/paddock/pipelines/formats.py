"""The formats of task results: none of them runs code when it is loaded."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from paddock.errors import CodeError, DataError

# Whose classes a stored model may be made of; anything else could run code of its own on loading.
_TRUSTED = ("sklearn.", "numpy.", "scipy.", "builtins.", "collections.", "paddock.models.")


@dataclass(frozen=True)
class Format:
    """How a result is written to a path, and read from its bytes (the path is for messages)."""

    write: Callable[[Any, Path], None]
    read: Callable[[bytes, Path], Any]


def _write_parquet(result: Any, path: Path) -> None:
    import pandas as pd
    import pyarrow as pa
    import pyarrow.parquet as pq

    if isinstance(result, pd.DataFrame):
        if not isinstance(result.index, pd.RangeIndex):
            raise CodeError(
                f"a .parquet result: expected a default index, got {type(result.index).__name__}",
                "Call reset_index() before dump, with drop=True where the index means nothing.",
            )
        result = pa.Table.from_pandas(result, preserve_index=False)
    if not isinstance(result, pa.Table):
        raise _wrong_kind(".parquet", "a pandas frame or an Arrow table", result)
    pq.write_table(result, path, compression="lz4")


def _read_parquet(content: bytes, path: Path) -> Any:
    import pyarrow as pa
    import pyarrow.parquet as pq

    return pq.read_table(pa.BufferReader(content)).to_pandas()


def _write_json(result: Any, path: Path) -> None:
    try:
        path.write_text(json.dumps(result, indent=1, allow_nan=False), encoding="utf-8")
    except (TypeError, ValueError) as error:
        raise CodeError(
            f"a .json result: cannot be written as JSON: {error}", "Dump plain numbers, texts, lists and dictionaries."
        ) from error


def _read_json(content: bytes, path: Path) -> Any:
    return json.loads(content)


def _write_text(result: Any, path: Path) -> None:
    if not isinstance(result, str):
        raise _wrong_kind(".txt", "a text", result)
    path.write_text(result, encoding="utf-8", newline="")


def _read_text(content: bytes, path: Path) -> Any:
    return content.decode()


def _write_skops(result: Any, path: Path) -> None:
    from skops import io as skops

    content = skops.dumps(result)
    _refuse_untrusted(content, "a .skops result")
    path.write_bytes(content)


def _read_skops(content: bytes, path: Path) -> Any:
    from skops import io as skops

    return skops.load(io.BytesIO(content), trusted=_refuse_untrusted(content, str(path)))


def _refuse_untrusted(content: bytes, where: str) -> list[str]:
    """The types in a stored model that skops itself does not know; raises for any that is not ours to trust."""
    from skops import io as skops

    types: list[str] = skops.get_untrusted_types(data=content)
    for name in types:
        if not name.startswith(_TRUSTED):
            raise DataError(
                f"{where}: holds the type {name}; expected only scikit-learn, NumPy, SciPy and paddock.models",
                "Build the model of their parts (a FunctionTransformer around your own function is one such type).",
            )
    return types


def _wrong_kind(extension: str, expected: str, got: object) -> CodeError:
    return CodeError(
        f"a {extension} result: expected {expected}, got {type(got).__name__}",
        f"Dump that, or set extension to one of {', '.join(FORMATS)}.",
    )


FORMATS: dict[str, Format] = {
    ".parquet": Format(_write_parquet, _read_parquet),
    ".json": Format(_write_json, _read_json),
    ".txt": Format(_write_text, _read_text),
    ".skops": Format(_write_skops, _read_skops),
}

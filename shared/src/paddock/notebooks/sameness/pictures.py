"""Pictures that show the same: pixel by pixel, however they are packed."""

from __future__ import annotations

import base64
import binascii
import io
from typing import Any


def difference(before: str, after: str) -> str:
    """How two pictures in base64 differ, in words; empty when each pixel is the same."""
    if "".join(before.split()) == "".join(after.split()):
        return ""
    try:
        old, new = _pixels(before), _pixels(after)
    except ModuleNotFoundError:
        return "the picture's bytes are others; install Pillow to compare the pixels"
    except (OSError, ValueError, SyntaxError, binascii.Error):
        return "the picture's bytes are others, and one of both cannot be read"
    if old.shape != new.shape:
        return f"the picture of {_size(old)} pixels became one of {_size(new)}"
    apart = abs(old.astype("int32") - new.astype("int32")).max(axis=2)
    count = int((apart > 0).sum())
    if not count:
        return ""
    return f"{count:,} of {apart.size:,} pixels differ, by at most {int(apart.max())} of 255"


def _pixels(text: str) -> Any:
    import numpy as np
    from PIL import Image

    with Image.open(io.BytesIO(base64.b64decode(text))) as picture:
        return np.asarray(picture.convert("RGBA"))


def _size(pixels: Any) -> str:
    return f"{pixels.shape[1]} × {pixels.shape[0]}"

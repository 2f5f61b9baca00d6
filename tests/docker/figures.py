"""What the image of a project costs."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from tests.docker.engine import engine
from tests.docker.image import image_of


@dataclass(frozen=True)
class Figures:
    """Seconds to build an image with the packages at hand and after an edit of the project; MB on disk."""

    build_seconds: float
    rebuild_seconds: float
    megabytes: float
    megabytes_above_base: float


def image_figures(root: Path, scratch: Path) -> Figures:
    """Build the image of a project of the workspace at `root` and measure; raises NoEngineError without an engine."""
    with engine() as running, image_of(root, scratch, running) as image:
        # The first build fills the engine's cache of packages, the second makes every step again.
        image.build()
        begun = time.perf_counter()
        image.build("--no-cache")
        built = time.perf_counter()
        image.edit_source("# An edit.")
        edited = time.perf_counter()
        image.build()
        rebuilt = time.perf_counter()
        made, base = (float(running.call("inspect", "--format={{.Size}}", name)) for name in (image.tag, image.base))
    return Figures(built - begun, rebuilt - edited, made / 1e6, (made - base) / 1e6)

"""An engine, and the image of a baked project that it built once."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docker.engine import Engine, NoEngineError, engine, give_up
from tests.docker.image import Image, image_of

ROOT = Path(__file__).parents[2]
# What lies about in a clone that is worked in, and belongs into no image.
UNTRACKED = (
    ".env",
    ".paddock/data/rows",
    "projects/{}/.env",
    "projects/{}/.paddock/rows",
    "projects/{}/src/__pycache__/module.pyc",
    "projects/{}/notebooks/.ipynb_checkpoints/explore.ipynb",
)


@pytest.fixture(scope="session", name="engine")
def _engine() -> Iterator[Engine]:
    """An engine; one that this session started ends with it.

    Under xdist each worker that gets a test of this folder has an engine of its own: nothing is shared, so nothing
    can be stopped under another's hands, and a split of these tests over workers costs time only.
    """
    try:
        with engine() as running:
            yield running
    except NoEngineError as error:
        give_up(error, is_ci=bool(os.environ.get("CI")))


@pytest.fixture(scope="session")
def image(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Image]:
    """The image of the demo's project, built in a clone where untracked files lie about."""
    try:
        with image_of(ROOT, tmp_path_factory.mktemp("docker"), engine) as image:
            for name in UNTRACKED:
                path = image.folder / name.format(image.project)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text("PASSWORD=swordfish\n")
            image.build()
            yield image
    except NoEngineError as error:
        give_up(error, is_ci=bool(os.environ.get("CI")))

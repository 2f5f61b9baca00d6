"""The virtual environments that the stages of a Dockerfile make, and how they come into the image."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence

from paddock_ci.dockerfile import Stage
from paddock_ci.finding import Look
from paddock_ci.image import Image, look
from paddock_ci.installers import installs, options_of, program


def environments(image: Image, path: Sequence[str]) -> Iterator[Look]:
    """Each virtual environment that a stage makes is copied from there to the same place, and is first on the PATH."""
    made: dict[str, Stage] = {}
    for stage in image.stages:
        for instruction, command in ((i, c) for i in stage.all("RUN") for c in i.commands):
            name, words = program(command)
            if (name in ("venv", "virtualenv") or (name == "uv" and words[:1] == ("venv",))) and len(words) > 0:
                made.setdefault(posixpath.normpath(posixpath.join(stage.folder(instruction.line), words[-1])), stage)
            python = dict(options_of(words)[0]).get("--python", "")
            if installs(command) and python.startswith("/") and python.rpartition("/bin/")[0] not in made:
                yield look(instruction.line, f"installs into {python}, which no line above makes", "Name the venv.")
    for folder, stage in made.items():
        copies = [c for c in image.last.all("COPY") if folder in [word.rstrip("/") for word in c.words]]
        origin = image.stage(copies[-1].flag("from"), copies[-1].line) if copies else None
        line = copies[-1].line if copies else image.last.line
        if stage.number != image.last.number and (not origin or origin.number != stage.number):
            yield look(line, f"{folder} is not copied from the stage that makes it", "Add: COPY --from=… for it.")
        elif copies and {word.rstrip("/") for word in copies[-1].words} != {folder}:
            yield look(line, f"{folder} is copied to where it does not work", "Copy it to its own path.")
        entry = f"{folder}/bin"
        is_first = entry in path and all(path.index(entry) < n for n, p in enumerate(path) if p == "/usr/local/bin")
        yield look(line, "" if is_first else f"PATH does not begin with {entry}", f"Write: ENV PATH={entry}:…")

"""Checks of a project's image, from what it begins with to what it starts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from paddock.secrets import names_secret, told_in_command

from paddock_ci.commands import health_fault, start_fault
from paddock_ci.dockerfile import KEYWORDS, Instruction, Stage
from paddock_ci.dockerignore import Context
from paddock_ci.environments import environments
from paddock_ci.files import ProjectFiles
from paddock_ci.finding import Look
from paddock_ci.image import (
    DOCKERFILE,
    DOCKERIGNORE,
    Image,
    image_of,
    look,
    pin_fault,
    placed_in,
    python_fault,
    runs_python,
    sources,
)
from paddock_ci.installers import options_of, program
from paddock_ci.pace import pace_fault
from paddock_ci.secret_files import is_secret_file
from paddock_ci.settings import setting_fault

# A source of a project that nobody has.
_OF_ANOTHER = "projects/another-project/src/another_project/tasks.py"
# Variables that make Python, or any program, load other code than what was installed.
_OF_LOADERS = ("PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP", "LD_PRELOAD", "LD_AUDIT")
# Variables that make code do less than it says, their harmless value, and what another one does.
_OF_WEAKENING = (
    ("PYTHONOPTIMIZE", "0", "takes assertions out of all code"),
    ("PYTHONHTTPSVERIFY", "1", "takes certificates for granted"),
)
_SHELLS = ("/bin/sh", "/bin/bash", "bash", "sh")


def copies_what_is_there(files: ProjectFiles) -> Iterator[Look]:
    """Every source of COPY exists and reaches the build, and the image has all files of this project that it needs."""
    if not (image := image_of(files)):
        return
    for instruction in image.instructions:
        origin = instruction.flag("from") or _mounted(instruction)
        if origin:
            is_there = image.stage(origin, instruction.line) or re.search(r"[:/@]", origin)
            fault = "" if is_there else f"takes from the stage '{origin}', which no line above begins"
            yield look(instruction.line, fault, "Name a stage that an earlier FROM … AS begins.")
        elif instruction.keyword in ("COPY", "ADD"):
            for source in sources(instruction):
                yield look(instruction.line, *_source_fault(image.context, source))
    placed = placed_in(image)[image.last.number]
    faults = [fault for path in _needed(files) if (fault := _missing(image, placed, path))]
    yield look(
        image.last.line, "; ".join(faults[:3]), f"Copy it below {image.workspace}, and let it in: {DOCKERIGNORE}."
    )


def begins_from_pinned(files: ProjectFiles) -> Iterator[Look]:
    """Every image that the build begins or copies from is pinned, and the environment's is the Python of the project.

    A tag with a version pins, or a digest. What makes the environment and what runs it begin from the same.
    """
    if DOCKERFILE in files.paths and not image_of(files):
        yield look(1, "has no FROM", "Begin it with FROM and a pinned image.")
    if not (image := image_of(files)):
        return
    for stage in image.stages:
        fault = "" if stage.base == "scratch" or image.stage(stage.base, stage.line) else pin_fault(stage.base)
        fault = fault or (_python_fault(image, stage, files) if runs_python(image, stage) else "")
        yield look(stage.line, fault, "Name a version, such as python:3.11-slim, or a digest.")
    for instruction in image.instructions:
        origin = instruction.flag("from") or _mounted(instruction)
        if re.search(r"[:/@]", origin):
            fault = "" if image.stage(origin, instruction.line) else pin_fault(origin)
            yield look(instruction.line, fault, "Name a version, or a digest.")


def starts(files: ProjectFiles) -> Iterator[Look]:
    """HEALTHCHECK says whether the project works; ENTRYPOINT and CMD are there, in exec form, and run this project."""
    if not (image := image_of(files)):
        return
    check, entry, command = (image.last.last(keyword) for keyword in ("HEALTHCHECK", "ENTRYPOINT", "CMD"))
    for keyword, found in (("HEALTHCHECK", check), ("ENTRYPOINT", entry), ("CMD", command)):
        line = found.line if found else image.last.line
        if found is None or (keyword == "HEALTHCHECK" and found.value.upper() == "NONE"):
            yield look(line, f"has no {keyword}", f"Add {keyword} in exec form.")
        elif keyword != "HEALTHCHECK" and not found.exec_form:
            yield look(line, f"{keyword} is not in exec form: signals would not arrive", f'Write: {keyword} ["…"]')
        else:
            yield look(line)
    if check and check.value.upper() != "NONE":
        if fault := pace_fault(dict(check.flags)):
            yield look(check.line, fault, "Write, for instance: --interval=60s --timeout=20s")
        yield look(
            check.line, health_fault(check.commands, files), 'Write: HEALTHCHECK CMD ["paddock", "data", "list"]'
        )
    if words := (entry.exec_form if entry else ()) + (command.exec_form if command else ()):
        place = command or entry
        remedy = f'Write: ENTRYPOINT ["paddock"] and CMD ["run", "{files.name}"]'
        yield look(place.line if place else 1, start_fault(words, files), remedy)


def bakes_in_no_secret(files: ProjectFiles) -> Iterator[Look]:
    """No secret gets into the image: in no variable, command or file; and the build sees nothing but what it names."""
    if not (image := image_of(files)):
        return
    for instruction in image.instructions:
        if fault := _secret_fault(instruction):
            yield look(instruction.line, fault, "Give it at run time, by the environment.")
        elif instruction.keyword in ("ENV", "ARG"):
            yield look(instruction.line)
        if instruction.keyword in ("COPY", "ADD") and not instruction.flag("from"):
            found = [file for source in sources(instruction) for file in _secret_files(image.context, source)]
            fault = f"copies '{found[0]}', which may hold secrets" if found else ""
            yield look(instruction.line, fault, f"Shut it out: {DOCKERIGNORE}.")
    patterns = image.context.patterns
    fault = "" if patterns and patterns[0][1] in ("*", "**") else "does not begin by shutting out everything"
    yield look(patterns[0][0] if patterns else 1, fault, "Let its first pattern be: *", DOCKERIGNORE)
    for line, pattern in patterns:
        if pattern.startswith("!"):
            yield look(line, _wide(pattern[1:]), "Name the folder that the image needs.", DOCKERIGNORE)
    private = (".git/config", ".env", ".paddock/data", ".venv/x", f"projects/{files.name}/.env", _OF_ANOTHER)
    seen = [path for path in private if not image.context.shuts_out(path)]
    yield look(len(patterns) or 1, f"lets in {', '.join(seen)}" if seen else "", "Shut them out.", DOCKERIGNORE)


def agrees_with_itself(files: ProjectFiles) -> Iterator[Look]:
    """What the Dockerfile says twice is the same: working folder and workspace, environment, PATH, user, volume."""
    if not (image := image_of(files)):
        return
    last, folder, variables = image.last, image.last.folder(), image.last.environment()
    for instruction in image.instructions:
        if instruction.keyword not in KEYWORDS:
            yield look(instruction.line, f"'{instruction.keyword}' is no instruction", "Mend its spelling.")
        if fault := _odd_fault(instruction):
            yield look(instruction.line, fault, "Leave it out.")
        if instruction.keyword == "WORKDIR":
            is_absolute = instruction.expanded.strip("\"'").startswith("/")
            yield look(instruction.line, "" if is_absolute else "WORKDIR is not absolute", "Write it from /.")
    yield look(last.line, *_workspace_fault(variables, folder))
    for name in (name for name in variables if name.startswith("PADDOCK_")):
        yield look(last.line, setting_fault(name), "Write the name of a setting.")
    yield look(last.line, _commit_fault(image), 'Write: ARG COMMIT="", and below it: ENV PADDOCK_COMMIT=${COMMIT}')
    for name in (name for name in _OF_LOADERS if variables.get(name)):
        yield look(last.line, f"{name} loads code that was not installed", "Leave it out: paddock finds the project.")
    for name, harmless, harm in _OF_WEAKENING:
        if variables.get(name, harmless) not in ("", harmless):
            yield look(last.line, f"{name} {harm}", "Leave it out.")
    if last.last("ENTRYPOINT") and not last.all("VOLUME"):
        yield look(last.line, "has no VOLUME for its state", f"Write: VOLUME {image.workspace}/.paddock")
    yield from environments(image, variables.get("PATH", "").split(":"))
    for volume in last.all("VOLUME"):
        outside = [path for path in volume.words if not path.startswith(f"{image.workspace}/")]
        fault = f"the volume {outside[0]} is not below the workspace {image.workspace}" if outside else ""
        yield look(volume.line, fault, "Name a folder below the workspace.")
    users = [m[1] for i in last.all("RUN") for m in re.finditer(r"useradd\b.*?(?:--uid|-u)[ =](\d+)", i.value)]
    user = last.last("USER")
    if user and users and user.expanded.strip().partition(":")[0] not in users:
        yield look(user.line, f"USER {user.expanded}, but the user made is {users[-1]}", "Write one number.")


def _python_fault(image: Image, stage: Stage, files: ProjectFiles) -> str:
    """Why a stage that makes or runs the environment begins from the wrong image, or nothing."""
    origin, last = image.origin(stage), image.origin(image.last)
    if fault := python_fault(origin, str(files.manifest.get("project", {}).get("requires-python", ""))):
        return fault
    version = re.search(r"python:([\d.]*\d)", origin)
    commands = [program(command)[1] for i in stage.all("RUN") for command in i.commands]
    for name, asked in (option for words in commands for option in options_of(words)[0]):
        if name == "--python" and asked[:1].isdigit() and version and not f"{asked}.".startswith(f"{version[1]}."):
            return f"makes an environment of Python {asked} in '{origin}'"
    return f"begins from '{origin}', but the last stage from '{last}'" if origin != last else ""


def _commit_fault(image: Image) -> str:
    """Why the records of runs would not name the commit that the image was built from, or nothing."""
    given = [(i, value) for i in image.last.all("ENV") for name, value in i.pairs if name == "PADDOCK_COMMIT"]
    if not given:
        return "PADDOCK_COMMIT is not set: no run would name its commit"
    name = re.sub(r"\W", "", (given[-1][1] or "").partition(":")[0])
    declared = {name for i in image.last.all("ARG") if i.line < given[-1][0].line for name, _ in i.pairs}
    filled = [
        value
        for i in image.last.all("ARG")
        for name_, value in i.pairs
        if name_ == name and value and value.strip("\"'")
    ]
    if filled:
        return f"ARG {name} has the default '{filled[0]}', which a build that is told nothing would name"
    is_given = (given[-1][1] or "").startswith("$") and name in declared
    return "" if is_given else f"PADDOCK_COMMIT is '{given[-1][1]}', which no ARG above gives"


def _odd_fault(instruction: Instruction) -> str:
    """Why an instruction makes the image other than the lines around it say, or nothing."""
    if instruction.keyword == "ONBUILD":
        return "ONBUILD does something in images that begin from this one, and nothing here"
    if instruction.keyword == "STOPSIGNAL" and instruction.value.strip().upper() in ("SIGKILL", "KILL", "9"):
        return "STOPSIGNAL SIGKILL leaves a run no time to end"
    is_odd = instruction.keyword == "SHELL" and instruction.exec_form[:1] and instruction.exec_form[0] not in _SHELLS
    return f"SHELL gives every RUN below to {instruction.exec_form[0]}" if is_odd else ""


def _mounted(instruction: Instruction) -> str:
    """The stage that a RUN mounts, or nothing."""
    found = re.search(r"(?:^|,)from=([^,]+)", instruction.flag("mount")) if instruction.keyword == "RUN" else None
    return found[1] if found else ""


def _source_fault(context: Context, source: str) -> tuple[str, str]:
    if ".." in source.split("/"):
        return f"copies '{source}' from outside the workspace", "Write it relative to the workspace."
    found = context.sources(source)
    if not found:
        return f"copies '{source}', which the workspace has not", "Name a path relative to the workspace, or remove it."
    if all(context.shuts_out(path) and not any(context.files(path)) for path in found):
        return f"copies '{source}', which {DOCKERIGNORE} shuts out", f"Let it in: !{source}"
    for folder in found:
        manifest = context.root / folder / "pyproject.toml"
        is_package = manifest.is_file() and 'from = "src"' in manifest.read_text("utf-8")
        if is_package and context.shuts_out(f"{folder}/src/package/__init__.py"):
            return f"copies '{source}', but {DOCKERIGNORE} shuts out {folder}/src", f"Let it in: !{folder}/src"
    return "", ""


def _needed(files: ProjectFiles) -> Iterator[str]:
    """What a run of this project reads, relative to the workspace."""
    yield "pyproject.toml"
    prefix = files.folder.relative_to(files.root).as_posix()
    declared = files.settings.get("notebooks", ())
    for path in files.paths:
        is_source = path.startswith("src/") and not is_secret_file(path)
        if path in ("pyproject.toml", "catalog.toml") or is_source or path in declared:
            yield f"{prefix}/{path}"
    for path in re.findall(r'^path = "(.+)"', files.text("catalog.toml"), re.MULTILINE):
        if path in files.paths:
            yield f"{prefix}/{path}"
    for dataset in files.settings.get("reads", ()):
        yield from (f"projects/{dataset.partition('.')[0]}/{name}" for name in ("pyproject.toml", "catalog.toml"))


def _missing(image: Image, placed: Sequence[tuple[str, str]], path: str) -> str:
    """Why the image has not the file at its place, or nothing."""
    target = f"{image.workspace.rstrip('/')}/{path}"
    if image.context.shuts_out(path):
        return f"{DOCKERIGNORE} shuts out {path}"
    below = ((f"{source}/", there) for source, there in placed)
    is_there = (path, target) in placed or (".", target.removesuffix(f"/{path}")) in placed
    if is_there or any(path.startswith(s) and f"{there}/{path[len(s) :]}" == target for s, there in below):
        return ""
    return f"no COPY brings {path} to {target}"


def _secret_fault(instruction: Instruction) -> str:
    if instruction.keyword in ("ENV", "ARG"):
        for name, value in instruction.pairs:
            # How many tokens is no secret.
            is_count = name.upper().endswith("TOKENS") and value is not None and value.isdigit()
            if value and not is_count and (names_secret(name) or told_in_command(value)):
                return f"{instruction.keyword} {name} bakes in what looks like a secret"
    elif told_in_command(instruction.value) or told_in_command(instruction.document):
        return f"{instruction.keyword} holds what looks like a secret"
    return ""


def _secret_files(context: Context, source: str) -> Iterator[str]:
    """The secret files that a source of COPY names or brings."""
    brought = (file for path in context.sources(source) for file in context.files(path))
    for file in (source, *brought):
        if is_secret_file(file):
            yield file


def _wide(pattern: str) -> str:
    return f"lets in '{pattern}' from anywhere" if re.fullmatch(r"[*.]*", pattern.partition("/")[0]) else ""


def _workspace_fault(variables: dict[str, str], folder: str) -> tuple[str, str]:
    workspace = variables.get("PADDOCK_WORKSPACE", folder)
    fault = f"PADDOCK_WORKSPACE is {workspace}, but the last WORKDIR is {folder}" if workspace != folder else ""
    return fault, "Write one folder."

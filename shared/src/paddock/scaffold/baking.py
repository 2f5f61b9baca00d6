"""A template rendered with answers: the one door to cookiecutter."""

from __future__ import annotations

import contextlib
import logging
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment

from paddock.errors import CodeError
from paddock.scaffold.questions import Template

_REPLAY = ".replay"
_TEMPLATE = ".template"
VARIANTS = "variants"
_HOOKS = "hooks"
_AFTER = "post_gen_project.py"
# Those that may be run in this process; the first judges answers, which `quick` has done.
_KNOWN_HOOKS = {"pre_gen_project.py", _AFTER, "__pycache__"}


def bake(template: Template, answers: Mapping[str, object], scratch: Path, quick: bool = False) -> Path:
    """Render `template` with `answers` into the empty folder `scratch`; give the project's folder.

    Where it is to be `quick`, the answers were judged before, and the template's hook runs in this process.
    Raises CodeError for a template that fails.
    """
    # Here, and only here, cookiecutter is called; its import costs a tenth of a second.
    from cookiecutter.exceptions import CookiecutterException
    from cookiecutter.main import cookiecutter

    # It logs the traceback of a hook that fails; the hook has said why, and the error below says what it means.
    logging.getLogger("cookiecutter").setLevel(logging.CRITICAL)
    is_quick = quick and _has_known_hooks(template.folder / _HOOKS)
    try:
        made = cookiecutter(
            str(_without_other_variants(template, answers, scratch / _TEMPLATE / template.name)),
            no_input=True,
            extra_context=dict(answers),
            output_dir=str(scratch),
            # The user's own ~/.cookiecutterrc must not change what the team's template makes.
            default_config={"replay_dir": str(scratch / _REPLAY)},
            accept_hooks=not is_quick,
        )
        if is_quick:
            _finish(template, Path(made), scratch)
    except CookiecutterException as error:
        raise CodeError(
            f"{template.folder}: the template failed: {_said(error)}", "Nothing was written. Mend the template."
        ) from error
    beside = sorted({path.name for path in scratch.iterdir()} - {Path(made).name, _REPLAY, _TEMPLATE})
    if beside:
        raise CodeError(
            f"{template.folder}: the template writes {beside[0]} beside the project",
            "Nothing was kept. Mend its hooks.",
        )
    return Path(made)


def _said(error: Exception) -> str:
    """What cookiecutter says, without all variables of the template that it adds to an unknown one."""
    cause = getattr(error, "error", None)
    return f"{getattr(error, 'message', '')}: {cause}" if cause and hasattr(error, "context") else str(error)


def language(template: Template, scratch: Path) -> tuple[Environment, dict[str, Any]]:
    """The Jinja environment, and the names in it, with which `bake` has rendered `template` into `scratch`."""
    from cookiecutter.replay import load
    from cookiecutter.utils import create_env_with_context

    context: dict[str, Any] = load(scratch / _REPLAY, template.name)
    return create_env_with_context(context), context


def inside(template: Template) -> Path:
    """The folder of a template that becomes the project's; raises CodeError where there is none."""
    found = [path for path in template.folder.iterdir() if path.is_dir() and "{{" in path.name]
    if not found:
        raise CodeError(f"{template.folder}: has no folder {{{{cookiecutter.…}}}}", "Restore it.")
    return found[0]


def is_copied(file: Path, path: str, context: Mapping[str, Any]) -> bool:
    """Whether cookiecutter copies a template's file at `path` as it is, instead of rendering it."""
    from cookiecutter.generate import is_binary, is_copy_only_path

    return bool(is_binary(str(file)) or is_copy_only_path(path, dict(context)))


def _without_other_variants(template: Template, answers: Mapping[str, object], copy: Path) -> Path:
    """A copy of the template without the variants that were not chosen: its hook would throw them away again.

    To render them would take a third of the time. Where no variant has the name of an answer, all are there.
    """

    def others(folder: str, names: list[str]) -> set[str]:
        chosen = set(names) & {str(value) for value in answers.values()} if Path(folder).name == VARIANTS else set()
        return set(names) - chosen if chosen else set()

    made = Path(shutil.copytree(template.folder, copy, ignore=others, symlinks=True))
    for path in made.rglob("*"):
        if path.is_symlink() and not path.exists():
            raise CodeError(
                f"{template.folder}: the template failed: {path.relative_to(made)} is a link that leads nowhere",
                "Nothing was written. Let it lead to a file of the template, or remove it.",
            )
    return made


def _has_known_hooks(hooks: Path) -> bool:
    return not hooks.is_dir() or {path.name for path in hooks.iterdir()} <= _KNOWN_HOOKS


def _finish(template: Template, project: Path, scratch: Path) -> None:
    """Run the hook that finishes a project, as cookiecutter does, but without an interpreter of its own."""
    hook = template.folder / _HOOKS / _AFTER
    if not hook.is_file():
        return
    environment, context = language(template, scratch)
    text = environment.from_string(hook.read_text(encoding="utf-8")).render(**context)
    try:
        with contextlib.chdir(project):
            exec(compile(text, str(hook), "exec"), {"__name__": "__main__"})
    except SystemExit as ended:
        if ended.code:
            raise CodeError(f"{hook}: ended with: {ended.code}", "Nothing was written. Mend the template.") from ended
    except Exception as error:
        raise CodeError(f"{hook}: failed: {error!r}", "Nothing was written. Mend the template.") from error

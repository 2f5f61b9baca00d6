"""What a template made of a project's answers at some commit: its files, in memory."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from paddock.errors import CodeError, ConfigurationError, nearest
from paddock.project import Workspace
from paddock.scaffold.baking import bake
from paddock.scaffold.entry import Entry, entries_in
from paddock.scaffold.history import Blob, files_of, is_shallow, tree_of
from paddock.scaffold.questions import Template, load_template, template_names

_EXECUTABLE, _LINK = "100755", "120000"


class Templates:
    """The templates of a workspace as git has them; each tree is taken out of git once, into the folder `scratch`.

    Outside any workspace, since what is made there needs no lock: nobody reads what derives from it.
    """

    def __init__(self, workspace: Workspace, scratch: Path) -> None:
        self._folder = workspace.root / "templates"
        self._scratch = scratch
        self._trees: dict[str, str] = {}

    def name_now(self, name: str) -> str:
        """What the template that was called `name` is called now; raises ConfigurationError where it is gone."""
        names = template_names(self._folder)
        if name in names:
            return name
        for other in names:
            if name in load_template(self._folder, other).formerly:
                return other
        raise ConfigurationError(
            f"templates/{name}: no such template. {nearest(name, names)}",
            f'Where it was renamed, say so in cookiecutter.json of the new one: "_formerly": ["{name}"]. Where it was '
            "removed, its projects stand on their own: remove their template.toml.",
        )

    def tree(self, name: str) -> str:
        """Git's id of the template as it lies in the workspace; raises ConfigurationError where git has none."""
        if name not in self._trees:
            self._trees[name] = tree_of(self._folder / name)
        if not self._trees[name]:
            raise ConfigurationError(
                f"templates/{name}: git does not know it, so that nothing says what changed in it",
                "Updates need git and a clone: git init, git add, git commit.",
            )
        return self._trees[name]

    def at(self, name: str, tree: str) -> Template:
        """The template called `name` as it was at `tree`; raises ConfigurationError where this clone lacks it."""
        place = self._scratch / tree
        if not place.exists():
            files = files_of(tree, self._folder)
            if files is None:
                raise ConfigurationError(
                    f"templates/{name}: this clone lacks the tree {tree[:12]}, which the project was made from",
                    self._remedy(),
                )
            _write(files, place / name)
        if not (place / name).exists():
            # The same tree under another name.
            (place / name).symlink_to(next(place.iterdir()), target_is_directory=True)
        return load_template(place, name)

    def render(self, template: Template, answers: Mapping[str, str]) -> dict[str, Entry]:
        """The files of a project that `template` makes with legal `answers`; raises CodeError."""
        with tempfile.TemporaryDirectory(dir=self._scratch, prefix="render-", ignore_cleanup_errors=True) as folder:
            try:
                return entries_in(bake(template, answers, Path(folder), quick=True))
            except CodeError as error:
                # People know the template by its place in the workspace, not by the copy that was rendered.
                message = error.message.replace(str(template.folder), f"templates/{template.name}")
                raise CodeError(message, error.remedy) from error

    def _remedy(self) -> str:
        if is_shallow(self._folder):
            return "It is a shallow clone. Fetch the rest: git fetch --unshallow"
        return (
            "Fetch all branches: git fetch --all --tags. Where the project was made from edits that nobody committed, "
            "write the tree of the commit that is nearest into its template.toml: git rev-parse COMMIT:templates/NAME"
        )


def _write(files: Mapping[str, Blob], folder: Path) -> None:
    for path, blob in files.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        if blob.mode == _LINK:
            place.symlink_to(os.fsdecode(blob.content))
            continue
        place.write_bytes(blob.content)
        if blob.mode == _EXECUTABLE:
            place.chmod(0o755)

"""The decision about one file: what an update makes of it, of the template before, the template now and the project."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from paddock.scaffold.entry import Entry, Obstacle
from paddock.scaffold.merge import changed_lines, dressed, merged, taken


class Action(StrEnum):
    """What is done to a file."""

    ADDED = "added"
    UPDATED = "updated"
    MERGED = "merged"
    RESTORED = "restored"
    DELETED = "deleted"
    MARKED = "marked"
    KEPT = "kept"


@dataclass(frozen=True)
class Change:
    """What is done to the file at `path`; where it is not deleted or kept, `entry` is what it becomes.

    `words` says what people have to know of it.
    """

    path: str
    action: Action
    entry: Entry | None = None
    words: str = ""

    @property
    def is_deletion(self) -> bool:
        """Whether the file goes."""
        return self.action is Action.DELETED


@dataclass(frozen=True)
class Conflict:
    """Why nobody but the team can say what becomes of the file at `path`; `lines` are those of the project's file.

    `choice` is what is done where conflicts are to be written.
    """

    path: str
    reason: str
    remedy: str
    choice: Change
    lines: tuple[str, ...] = ()


@dataclass(frozen=True)
class Three:
    """A file as the template made it before (`base`), as it makes it now (`theirs`), and as the project has it."""

    path: str
    base: Entry | None
    ours: Entry | Obstacle | None
    theirs: Entry | None

    @property
    def is_same(self) -> bool:
        """Whether the template did not change it."""
        return self.base == self.theirs


Decision = Change | Conflict | None
_BY_HAND = "Make the file as it should be and commit it, or write the conflict into it: --conflicts"
_DECLARE = (
    "Declare a deviation in the project's pyproject.toml ([[tool.paddock.deviations]] with path, reason, until), or "
    "take the template's file: --restore"
)


def decide_owned(three: Three) -> Decision:
    """Of a file that is the project's own: it is added once, and never touched again."""
    if three.base is None and three.ours is None:
        return Change(three.path, Action.ADDED, three.theirs)
    if three.is_same or three.ours is None or _is_agreed(three):
        return None
    return Change(three.path, Action.KEPT, words="is the project's own; the template changed its copy")


def decide_managed(three: Three, restores: bool = False, ended: str = "") -> Decision:
    """Of a file that must be as the template renders it; `ended` says which deviation no longer holds."""
    path, base, ours, theirs = three.path, three.base, three.ours, three.theirs
    if theirs is None:
        return decide_merged(three)
    if isinstance(ours, Obstacle):
        return _blocked(three, ours)
    if ours is None and (base is None or restores):
        return Change(path, Action.RESTORED if base else Action.ADDED, theirs)
    if ours is not None and theirs.says(ours):
        return _with_rights(three, base, ours, theirs)
    if base is not None and ours is not None and ours.says(base):
        return Change(path, Action.UPDATED, taken(base, ours, theirs))
    if restores and ours is not None:
        return Change(path, Action.RESTORED, taken(base or ours, ours, theirs), "its edits are in git's history")
    return _unmanaged(three, ended)


def decide_merged(three: Three) -> Decision:
    """Of a file of both: what one side alone changed, counts; what both changed is merged line by line."""
    base, ours, theirs = three.base, three.ours, three.theirs
    if three.is_same or (theirs is None and not isinstance(ours, Entry)):
        return None
    if isinstance(ours, Obstacle):
        return _blocked(three, ours)
    if base is None or theirs is None or ours is None:
        return _on_one_side(three)
    if ours.says(base) and not theirs.says(base):
        return Change(three.path, Action.UPDATED, taken(base, ours, theirs))
    if theirs.says(ours) or theirs.says(base):
        return _with_rights(three, base, ours, theirs)
    return _merged(three, ours)


def _on_one_side(three: Three) -> Decision:
    """Of a file that somebody added or deleted."""
    path, base, ours, theirs = three.path, three.base, three.ours, three.theirs
    if ours is None:
        if base is None:
            return Change(path, Action.ADDED, theirs)
        return Change(path, Action.KEPT, words="is deleted here and stays so; the template changed it")
    assert isinstance(ours, Entry)
    if theirs is None:
        if ours.says(base):
            return Change(path, Action.DELETED)
        kept = Change(path, Action.KEPT, words="stays, edited; the template removed it")
        return Conflict(path, "is edited here, and the template removed it", _BY_HAND, kept, _edits(base, ours))
    return None if theirs.says(ours) else _merged(three, ours)


def _merged(three: Three, ours: Entry) -> Decision:
    """Of a file that both changed, or that both added."""
    assert three.theirs is not None
    both = merged(three.base, ours, three.theirs)
    if both is None:
        kept = Change(three.path, Action.KEPT, words="stays as it is here; the template's is not taken")
        reason = "has no lines to merge (it is binary, or a link); it is changed here and by the template"
        return Conflict(three.path, reason, _BY_HAND, kept)
    if not both.lines:
        return Change(three.path, Action.MERGED, both.entry) if both.entry != ours else None
    change = Change(three.path, Action.MARKED, both.entry, "holds conflicts now; resolve them")
    done = "changed" if three.base else "added"
    return Conflict(three.path, f"is {done} here and otherwise by the template", _BY_HAND, change, both.lines)


def _unmanaged(three: Three, ended: str) -> Conflict:
    """Of a managed file that the project edited or deleted."""
    decision = decide_merged(three)
    choice = decision.choice if isinstance(decision, Conflict) else decision
    kept = choice or Change(three.path, Action.KEPT, words="stays as it is here, though the template manages it")
    done = "edited" if isinstance(three.ours, Entry) else "deleted"
    why = f"is managed by the template, but {done} here{f'; {ended}' if ended else ''}"
    lines = _edits(three.base, three.ours) if isinstance(three.ours, Entry) else ()
    return Conflict(three.path, why, _DECLARE, kept, lines)


def _blocked(three: Three, obstacle: Obstacle) -> Conflict:
    kept = Change(three.path, Action.KEPT, words=f"is not written: {obstacle.words}")
    return Conflict(three.path, f"{obstacle.words}, where the template has a file", _BY_HAND, kept)


def _with_rights(three: Three, base: Entry | None, ours: Entry, theirs: Entry) -> Change | None:
    """The project's content, with the line ends and rights that the template changed."""
    if ours.is_link or not ours.is_text:
        return None
    entry = dressed(ours.plain, base, ours, theirs) if base else ours
    return Change(three.path, Action.UPDATED, entry) if entry != ours else None


def _is_agreed(three: Three) -> bool:
    return isinstance(three.ours, Entry) and three.ours.says(three.theirs)


def _edits(base: Entry | None, ours: Entry) -> tuple[str, ...]:
    return changed_lines(base.plain, ours.plain) if base and base.is_text and ours.is_text else ()

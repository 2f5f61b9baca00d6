"""What checks say: each thing that they looked at, and where one falls short of what it promises."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Look:
    """One thing that a check looked at (`place`, with a line or cell), what is wrong with it, and the remedy."""

    place: str
    fault: str = ""
    remedy: str = ""
    severity: str = "error"

    def below(self, folder: str) -> Look:
        """The same, with the place below `folder`."""
        return replace(self, place=f"{folder}/{self.place}")


@dataclass(frozen=True)
class Finding:
    """What (`message`), where (`place`, a path relative to the workspace, with a line or cell), and the remedy.

    `severity` is `error`, or `warning` where it is told but nothing fails for it.
    """

    code: str
    place: str
    message: str
    remedy: str
    severity: str = "error"

    def __str__(self) -> str:
        weight = "" if self.severity == "error" else f"{self.severity}: "
        return f"{self.place}: {self.code} {weight}{self.message}\n  {self.remedy}"


def more(found: Iterable[Finding]) -> str:
    """Where the codes of findings are explained, each once; nothing where there are none."""
    codes = list(dict.fromkeys(finding.code for finding in found))
    others = f" (or {', '.join(codes[1:])})" if codes[1:] else ""
    return f"More: paddock explain {codes[0]}{others}" if codes else ""


def bug(said: str, check: str = "") -> str:
    """The remedy for what is our own fault, whose last words are `said`."""
    where = f", in the check {check}" if check else ""
    return f"This is a bug of Paddock's{where}: please report it with these lines:\n{said}"


def findings(looks: Iterable[tuple[str, Look]]) -> list[Finding]:
    """The looks, each with its check's code, that found something wrong."""
    return [Finding(code, look.place, look.fault, look.remedy, look.severity) for code, look in looks if look.fault]

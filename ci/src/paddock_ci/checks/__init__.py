"""The registry of checks: one family a file, one line here for each check."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from paddock.project import Workspace

from paddock_ci.checks import catalogues, notebooks, requirements
from paddock_ci.finding import Finding

Check = Callable[[Workspace], Iterator[Finding]]

ALL_CHECKS: dict[str, Check] = {
    "NB101": notebooks.without_outputs,
    "DC101": catalogues.parse,
    "WS101": requirements.answer_to_the_lock,
}

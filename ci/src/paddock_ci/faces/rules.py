"""Rules: what each code of a finding promises, in the check's own words."""

from __future__ import annotations

from paddock_ci.checks import ALL_CHECKS

# Jobs, the plan and the policy have no function that looks, whose docstring would say it.
_OF_OTHERS = {
    "PL101": "The pipeline builds on the datasets of the projects that it reads, and its own keep their contracts.",
    "PL102": "No project reads what is made of its own datasets.",
    "CK101": "What `[tool.paddock.checks]` says names checks that exist, in the form that they understand.",
    "CK102": "No finding is borne with for longer than was said.",
    "CK103": "Whatever is borne with is still found.",
    "NB301": "Each validation notebook runs clean, and its gates hold.",
    "PT201": "The project's tests pass: pytest found some, each came to its end, at least one passed and none failed.",
}


def promises() -> dict[str, str]:
    """The promise of each code, in one sentence."""
    of_checks = {code: (check.__doc__ or code).strip().splitlines()[0] for code, check in ALL_CHECKS.items()}
    return of_checks | _OF_OTHERS

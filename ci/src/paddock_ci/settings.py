"""The variables of the environment that Paddock reads."""

from __future__ import annotations

from paddock.settings import Settings

# The variables that Paddock reads, without their prefix.
PADDOCK_NAMES = {"WORKSPACE", "COMMIT", "ENV", "KERNELS", *(name.upper() for name in Settings.model_fields)}


def setting_fault(name: str) -> str:
    """Why a variable that begins with PADDOCK_ is one that Paddock does not read, or nothing."""
    is_known = not name.startswith("PADDOCK_") or name.removeprefix("PADDOCK_") in PADDOCK_NAMES
    return "" if is_known else f"{name} is no setting; known after PADDOCK_: {', '.join(sorted(PADDOCK_NAMES))}"

"""What a cache has to tell its caller, who decides whether to print it."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Notes:
    """Warnings (the cache did not help) and alerts (somebody tampered with it), in the order in which they came."""

    warned: dict[str, str] = field(default_factory=dict)
    alerted: dict[str, None] = field(default_factory=dict)

    def warn(self, topic: str, message: str) -> None:
        """Remember `message`, unless this topic has one: a thousand jobs on a full disk are one warning."""
        self.warned.setdefault(topic, message)

    def alert(self, message: str) -> None:
        """Remember `message`, once."""
        self.alerted.setdefault(message)

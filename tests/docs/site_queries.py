"""What people type into the search of these pages, and the page that has to be among the first."""

from __future__ import annotations

QUERIES = {
    "tutorials/first-hour": ("install", "getting started"),
    "tutorials/first-report": ("hyperparameter sweep",),
    "tutorials/first-shared-dataset": ("shared dataset", "add a dataset another project reads"),
    "how-to/add-a-check": ("add a check",),
    "how-to/add-a-source": ("read a csv",),
    "how-to/compare-two-runs": ("compare two runs", "what changed between runs"),
    "how-to/debug-a-failing-notebook-in-ci": (
        "notebook takes too long in CI",
        "slow notebook",
        "works on my machine",
        "ModuleNotFoundError",
    ),
    "how-to/give-a-notebook-a-secret": ("secret for a notebook", "password in a notebook"),
    "how-to/handle-personal-data": ("personal data", "GDPR", "erase", "forget a person"),
    "how-to/read-two-datasets": ("read datasets of other projects", "join two datasets"),
    "how-to/rename-a-column": ("rename a column", "breaking change"),
    "how-to/replay-a-report": ("reproduce a report", "pdf"),
    "how-to/roll-back": ("undo a publish", "undo publish", "revert", "roll back"),
    "how-to/schedule-and-deadline": ("schedule late", "cron", "unattended"),
    "how-to/understand-a-failed-gate": ("gate fails", "make a gate fail"),
    "how-to/update-projects": ("update my project", "update projects"),
    "how-to/use-a-warehouse": ("Snowflake",),
    "how-to/use-your-editor-and-jupyter": ("VS Code", "vscode", "Visual Studio Code", "PyCharm"),
    "explanation/affected-selection": ("why did CI run",),
    "explanation/contracts-and-lineage": ("who owns this dataset",),
    "explanation/checks": ("ignore a check",),
    "explanation/templates": ("no terminal", "non-interactive"),
    "reference/errors": ("exit code 3",),
    "reference/rules": ("NB103",),
    "reference/settings": ("PADDOCK_KERNELS",),
    "glossary": ("glossary",),
}

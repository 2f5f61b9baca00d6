"""The fingerprint of a run: when it is the same, running again could only say the same again."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from paddock.data.session import Session
from paddock.project import Project
from paddock.runs.provenance import packages_hash, tree_hash
from paddock.runs.request import Request


def of(project: Project, request: Request, session: Session) -> str:
    """SHA-256 over everything that a run of `project` can see before it has built anything.

    That is the request's environment and parameters, the project's files, this package, the installed
    packages, the content of declared sources, and the published versions and contracts of declared reads.
    """
    published = session.serving.published() if project.reads else {}
    seen = {
        "environment": request.environment,
        "parameters": dict(request.parameters),
        "packages": packages_hash(),
        "paddock": tree_hash(Path(__file__).parents[1]),
        "project": tree_hash(project.folder),
        "sources": {name: session.source_hash(name) for name in session.declared_sources},
        "reads": {
            name: [session.catalogue.contract(name).digest, published[name].version, published[name].content_hash]
            for name in project.reads
            if name in published
        },
    }
    return hashlib.sha256(json.dumps(seen, sort_keys=True).encode()).hexdigest()

"""What can be wrong with a workspace folder.

WorkspaceError
├── WorkspaceMissing    the folder is no workspace
├── WorkspaceExists     the folder already holds something
├── WorkspaceDamaged    the folder's own description cannot be read
├── WorkspaceTooNew     a newer program made the workspace
├── WorkspaceBusy       another process is writing to it
└── WorkspaceFull       the disk that holds it has no room left
"""

from __future__ import annotations


class WorkspaceError(Exception):
    """Base of what can be wrong with a workspace folder."""


class WorkspaceMissing(WorkspaceError):
    """The folder is no workspace."""


class WorkspaceExists(WorkspaceError):
    """The folder already holds something."""


class WorkspaceDamaged(WorkspaceError):
    """The folder's own description cannot be read."""


class WorkspaceTooNew(WorkspaceError):
    """A newer program made the workspace."""


class WorkspaceBusy(WorkspaceError):
    """Another process is writing to the workspace."""


class WorkspaceFull(WorkspaceError):
    """The disk that holds the workspace has no room left."""

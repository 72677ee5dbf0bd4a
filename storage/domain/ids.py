"""Identifiers as distinct types, so that a portal is never passed for a body."""

from __future__ import annotations

from typing import NewType

BodyId = NewType("BodyId", str)
PortalId = NewType("PortalId", str)
EntryPointId = NewType("EntryPointId", int)
VisitId = NewType("VisitId", int)
Sha256 = NewType("Sha256", str)
RuleId = NewType("RuleId", str)

CellPath = NewType("CellPath", str)
"""`table/row/column` as in the official form's keys: `requests/granted/natural`, `proactive/rules_made`, `litigation/direct/total`;
for the 2019 edition's table of proactive disclosure `proactive/rules/0` with the position in the row."""

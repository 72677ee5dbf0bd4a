"""Whom an event reaches, and in which way: audience, region, rules."""

from __future__ import annotations

from collections.abc import Sequence

from storage.domain.alerts import AlertRule, Destination, Event, EventKind, Mode

GROUPS = ((9, 12), (6, 9), (4, 6), (2, 4))
"""Digits of a division code, finest first: village, township, county, prefecture; what is left is the province."""

TO = "to"
"""Payload key of an event that is for one destination only: an escalation to the second route."""


def scope_prefix(scope: str) -> str:
    """The digits of a scope that mean something; groups of zeros at its end stand for "all"."""
    for start, end in GROUPS:
        if scope[start:end].strip("0"):
            break
        scope = scope[:start]
    return scope


def in_scope(division_code: str, scope: str) -> bool:
    """Whether a division lies in a scope."""
    return division_code.startswith(scope_prefix(scope))


def concerns(event: Event, destination: Destination) -> bool:
    """Whether an event is for that destination: same audience, inside its region, and not about this very destination failing."""
    if event.audience is not destination.audience or event.payload.get("destination") == str(destination.id):
        return False
    if TO in event.payload:
        return event.payload[TO] == str(destination.id)
    return in_scope(event.division_code, destination.scope)


def mode_of(event: Event, destination: Destination, rules: Sequence[AlertRule]) -> Mode:
    """How the destination hears of it: by its first rule that fits, else in the digest. An escalation is always immediate."""
    if event.kind is EventKind.REPORT_UNANSWERED:
        return Mode.IMMEDIATE
    return next((rule.mode for rule in rules_of(destination, rules) if fits(rule, event)), Mode.DIGEST)


def rules_of(destination: Destination, rules: Sequence[AlertRule]) -> tuple[AlertRule, ...]:
    """The rules in force for one destination, in order."""
    return tuple(rule for rule in rules if rule.enabled and rule.destination_id == destination.id)


def fits(rule: AlertRule, event: Event) -> bool:
    """Whether a rule speaks of this event. Severity is asked only of what has one."""
    of_kind = not rule.kinds or event.kind in rule.kinds
    grave = not rule.severity or not event.severity or event.severity <= rule.severity
    return of_kind and grave and in_scope(event.division_code, rule.scope)


def only_escalations(destination: Destination, rules: Sequence[AlertRule]) -> bool:
    """Whether its first rule turns everything off: it hears what is escalated to it and how that ended, no digests."""
    mine = rules_of(destination, rules)
    return bool(mine) and mine[0].mode is Mode.NONE and not (mine[0].kinds or mine[0].severity or mine[0].scope)

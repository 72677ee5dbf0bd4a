"""Applies every rule to one report. A rule is found because its file is there: `monitor/rules/t3_02_balance.py` holds T3-02.

Neighbours: `monitor.subject` (what a rule gets), `monitor.findings` (what becomes of results), `monitor.rules` (the catalogue).
"""

from __future__ import annotations

import dataclasses
import hashlib
import importlib
import pkgutil
import re
from collections.abc import Mapping
from functools import cache

from monitor import rules as rule_package
from monitor.findings import collect
from monitor.subject import Rule, Subject
from storage.domain.errors import ConfigError
from storage.domain.ids import RuleId
from storage.domain.judgement import CheckResult, Judgement

__all__ = ["Rule", "Subject", "all_rules", "find_rule", "judge", "rule_versions", "rules_version"]

FILE_NAME = re.compile(r"(?P<group>[a-z]+\d?)_(?P<number>\d\d)_[a-z0-9_]+")


@cache
def all_rules() -> tuple[Rule, ...]:
    """Every rule, ordered by id. Raises ConfigError when a file's name and its rule disagree or two files claim one id."""
    found: dict[RuleId, Rule] = {}
    for module_info in pkgutil.iter_modules(rule_package.__path__):
        rule = _load(module_info.name)
        if rule.id in found:
            raise ConfigError(f"rule {rule.id} is defined twice")
        found[rule.id] = rule
    return tuple(found[key] for key in sorted(found))


def _load(name: str) -> Rule:
    match = FILE_NAME.fullmatch(name)
    if match is None:
        raise ConfigError(f"rule file {name}.py: the name must start with the rule's id, as t3_02_balance.py")
    module = importlib.import_module(f"{rule_package.__name__}.{name}")
    rule: Rule = module.RULE
    expected = f"{match['group']}-{match['number']}".upper()
    if rule.id != expected:
        raise ConfigError(f"rule file {name}.py holds {rule.id}, its name says {expected}")
    return dataclasses.replace(rule, doc=(module.__doc__ or "").strip())


def find_rule(rule_id: str) -> Rule | None:
    """The rule of that id, whatever the case it is written in."""
    return next((rule for rule in all_rules() if rule.id == rule_id.upper()), None)


@cache
def rule_versions() -> Mapping[str, str]:
    """The version of every rule, by id."""
    return {rule.id: rule.version for rule in all_rules()}


@cache
def rules_version() -> str:
    """One short string that changes when a rule is added, retired or revised."""
    listed = ",".join(f"{rule}@{version}" for rule, version in rule_versions().items())
    return f"rules {hashlib.sha256(listed.encode()).hexdigest()[:12]}"


def judge(subject: Subject) -> Judgement:
    """All checks of one report and the findings made of them; the same subject always gives the same judgement."""
    checks: list[CheckResult] = []
    for rule in all_rules():
        checks.extend(rule.check(subject))
    return Judgement(checks=tuple(checks), findings=collect(subject, {rule.id: rule for rule in all_rules()}, checks))

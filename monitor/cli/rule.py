"""`nianbao rule`: what is checked, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli.printing import Document, DocumentOption, Format, FormatOption, note, print_json, print_rows, say

if TYPE_CHECKING:
    from monitor.subject import Rule


def add_to(app: typer.Typer) -> None:
    """Add the noun."""
    noun = typer.Typer(help="校验规则。", no_args_is_help=True)
    noun.command("list")(list_)
    noun.command("show")(show)
    app.add_typer(noun, name="rule")


def list_(form: FormatOption = Format.TABLE) -> None:
    """列出全部校验规则。"""
    from monitor.judge import all_rules

    human = form is Format.TABLE
    rows = [
        {"id": rule.id, "severity": rule.severity.label if human else rule.severity.value, "version": rule.version, "title": rule.title}
        for rule in all_rules()
    ]
    print_rows(rows, {"id": "编号", "severity": "级别", "version": "版本", "title": "内容"}, form)
    if human:
        note("查看一条规则的依据和例子：nianbao rule show T3-02")


def show(
    rule_id: Annotated[str, typer.Argument(metavar="ID", help="规则编号，如 T3-02。")],
    form: DocumentOption = Document.TABLE,
) -> None:
    """显示一条规则：含义、公式、依据、正例与反例、如何处理。"""
    from monitor.judge import find_rule
    from storage.domain.errors import NotFoundError

    rule = find_rule(rule_id)
    if rule is None:
        raise NotFoundError(f"没有这条规则：{rule_id}", advice="nianbao rule list 列出全部规则。")
    if form is Document.JSON:
        print_json(_plain(rule))
        return
    say(f"{rule.id}  {rule.severity.label}（{rule.severity.value}）  版本 {rule.version}")
    say(rule.doc)


def _plain(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "severity": rule.severity.value,
        "version": rule.version,
        "title": rule.title,
        "documentation": rule.doc,
        "advice": rule.advice,
    }

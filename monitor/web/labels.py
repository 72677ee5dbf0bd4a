"""Words and shapes of the pages: each status and quality has a sign, so that colour is never the only carrier."""

from __future__ import annotations

from storage.domain.enums import Certainty, DutyStatus, Labelled

STATUS_SIGNS = {
    DutyStatus.ON_TIME: "●",
    DutyStatus.LATE: "▲",
    DutyStatus.UNDATED: "◐",
    DutyStatus.MISSING: "✕",
    DutyStatus.UNKNOWN: "？",
    DutyStatus.WITHDRAWN: "⊘",
    DutyStatus.EXEMPT: "–",
    DutyStatus.NOT_DUE: "○",
}
"""In the order in which people ask for them."""

CERTAINTY_SIGNS = {
    Certainty.INCONSISTENT: "!",
    Certainty.SUSPECT: "~",
    Certainty.DOUBTFUL_READING: "≈",
    Certainty.NOT_CHECKABLE: "·",
}


class Quality(Labelled):
    """State of a report's figures, apart from when it was published and from how our visits went."""

    PASSED = "passed", "通过"
    INCONSISTENT = "inconsistent", "不一致"
    SUSPECT = "suspect", "疑似"
    DOUBTFUL = "doubtful", "提取存疑"
    UNCHECKED = "unchecked", "未校验"


QUALITY_SIGNS = {
    Quality.PASSED: "✓",
    Quality.INCONSISTENT: "!",
    Quality.SUSPECT: "~",
    Quality.DOUBTFUL: "≈",
    Quality.UNCHECKED: "·",
}


CARRIER_LABELS = {"html": "网页", "pdf": "PDF", "docx": "Word", "doc": "Word", "text": "文本", "txt": "文本", "image": "图片"}


def carrier_label(code: str) -> str:
    """Chinese name of a carrier, the code itself where there is none."""
    return CARRIER_LABELS.get(code, code or "—")


def late_words(status: str, least: int | None, most: int | None) -> str:
    """Days late as evidence allows: a number, a range, or only a bound."""
    if status != DutyStatus.LATE:
        return ""
    if least is not None and most is not None and least != most:
        return f"{least}–{most} 天"
    if least is None and most is None:
        return ""
    if most is None:
        return f"至少 {least} 天"
    return f"{most} 天" if least is not None else f"至多 {most} 天"


SERVICES = {
    "": "电子邮件",
    "mailto": "电子邮件",
    "mailtos": "电子邮件",
    "json": "Webhook",
    "jsons": "Webhook",
    "wecombot": "企业微信群",
    "dingtalk": "钉钉群",
    "feishu": "飞书群",
    "lark": "Lark 群",
    "slack": "Slack",
    "tgram": "Telegram",
}
"""Where messages go, by the scheme of the address; another service stands under its scheme."""

LANGUAGES = {"zh-CN": "中文", "en": "英文"}
"""In what language messages are written."""

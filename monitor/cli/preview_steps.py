"""What to do next after a look at a portal: one plain sentence for each way it can end, and what the rows still lack."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from monitor.cli.portal_tls import advice
from monitor.duties.reasons import in_words

_OTHER_PLACE = "该单位的年报若也在上级的统一公开平台，可改登记那里的栏目；在此之前保持“无法判断”"

_BY_REASON: Mapping[str, str] = {
    "dns": "域名无法解析：核对网址有没有写错；本机若能打开其他网站，多半是该域名已停用，请在上级门户查找新网址",
    "refused": "服务器拒绝连接：换用 http 或 https 再试；端口写错也会这样",
    "timeout": "没有在时限内答复：稍后再试；一直如此请查本机网络和出口防火墙，或调大 crawl_timeout_seconds",
    "connection": "连接中断：稍后再试，并换用 http 或 https",
    "cut-off": "答复没有传完：稍后再试",
    "broken-answer": "答复残缺：稍后再试",
    "address-refused": "该域名指向内部地址，出于安全不予访问：请核对网址",
    "bad-address": "网址无法访问：请核对网址",
    "foreign-host": "转到了别的网站：请改用它转到的网址再试",
    "cookie-challenge": "带上它给的 Cookie 仍不放行：属于访问验证，不会绕过，请联系网站或改由人工登记",
    "led-away": "转到了首页或别的栏目：原网址多半已停用，请从首页重新查找年报栏目",
    "redirect-loop": "循环跳转：请用浏览器打开，改填最后停留的网址",
    "too-large": "该网址是一个大文件而不是网页：请给出年报栏目的网址",
    "empty-body": "返回空白：换用 http 或 https 再试；浏览器里有内容的，加 --browser 再试看",
    "stub": "页面几乎没有内容：浏览器里有内容的，加 --browser 再试看",
    "not-found-page": "页面不存在：请从首页开始试看，或在首页点到年报栏目再复制网址",
    "maintenance-page": "网站正在维护：明天再试",
    "login-page": "要登录才能看：不会登录，请核对网址是否是公开栏目",
    "refusal-page": f"被网站拦截：不会绕过，请联系主办单位放行本机。{_OTHER_PLACE}",
    "challenge-page": f"网站要求人机验证（验证码）：不会绕过，请联系主办单位。{_OTHER_PLACE}",
    "robots-disallowed": f"网站的 robots 规则不允许访问：请联系主办单位。{_OTHER_PLACE}",
    "robots-held": "robots 规则要求暂停：请联系主办单位确认后再试",
    "robots-unavailable": "robots 规则读取失败，按规定今天不访问：明天再试",
    "budget-spent": "今天对该门户的访问次数已用完：明天再试",
    "disk": "本机磁盘空间不足：先腾出空间",
    "no-browser": "没有可用的浏览器：安装 chromium，或在 nianbao.toml 设置 chromium_path",
    "browser-failed": "浏览器没有打开该页：稍后再试",
    "script-shell": "页面内容全由脚本生成：加 --browser 再试看；能看到列表的，用 nianbao portal add 网址 --browser 添加",
    "no-rows": "像是年报栏目，但没有读到条目：列表多半由脚本生成，加 --browser 再试看；浏览器里也没有条目则栏目是空的",
    "no-column-met": "没有找到年报栏目：请在网站上点到年报栏目，用那一页（或去年那份年报）的网址再试看",
    "page-limit": "没有查完：请直接给出年报栏目或去年那份年报的网址",
}
_BY_OUTCOME: Mapping[str, str] = {
    "challenged": f"网站要求人机验证或拦截程序访问：不会绕过，请联系主办单位放行。{_OTHER_PLACE}",
    "blocked": f"网站拒绝访问：核对网址；浏览器能打开的，多半是拦截程序访问，请联系主办单位放行。{_OTHER_PLACE}",
    "unreachable": "连不上：稍后再试，换用 http 或 https，并检查本机网络",
    "soft_error": "返回的是错误页：请核对网址，或从首页开始",
    "layout_changed": "页面不是可识别的列表：请给出年报栏目的网址",
    "partial": "没有查完：请直接给出年报栏目的网址",
    "abandoned": "没有看成：请稍后再试",
    "none": "没有找到年报栏目：请给出年报栏目或去年那份年报的网址",
    "queued": "有候选栏目而把握不足：请打开候选网址核对，确认后用 nianbao portal add 添加",
}
_AGAIN = re.compile(r"^(?:stopped-after-|resting-after-)+")
MANY = 5


def next_step(told: Mapping[str, Any]) -> str:
    """What a person should do after this look."""
    if told["outcome"] == "found":
        return f"可以添加：{add_command(told)}"
    reason = str(told["reason"])
    bare = bare_reason(reason)
    words = (
        _by_status(bare)
        or _tls(bare, str(told["url"]))
        or _BY_REASON.get(bare)
        or _BY_OUTCOME.get(str(told["outcome"]))
        or in_words(reason)
    )
    return f"此前已被停止访问，到时自动恢复。{words}" if bare != reason else words


def bare_reason(reason: str) -> str:
    """A reason without what a platform's rest put before it."""
    return _AGAIN.sub("", reason)


def _by_status(reason: str) -> str:
    found = re.fullmatch(r"status-(\d{3})", reason)
    if found is None:
        return ""
    status = int(found[1])
    if status in {404, 410}:
        return f"页面不存在（HTTP {status}）：请从首页开始试看，或在首页点到年报栏目再复制网址"
    if status == 429:
        return "网站要求放慢（HTTP 429）：今天不再访问，明天再试；反复如此请在名录里加大“间隔秒”"
    if status >= 500 and status != 521:
        return f"服务器出错（HTTP {status}）：稍后再试"
    return ""


def _tls(reason: str, url: str) -> str:
    return f"{in_words(reason)}：{advice(url.split('/')[2], reason)}" if reason.startswith("tls-") else ""


def add_command(told: Mapping[str, Any]) -> str:
    """The command that adds the best column, with the bodies its rows were matched with."""
    bodies = list(dict.fromkeys(row["body"] for row in told["rows"] if row["body"]))
    named = "".join(f" --body {name}" for name in bodies) if len(bodies) <= MANY else " --body 单位…"
    return f"nianbao portal add {told['columns'][0]['url']}{named}"


def remarks(told: Mapping[str, Any]) -> list[str]:
    """What a person should know of the rows before relying on them."""
    rows = told["rows"]
    if not rows:
        return []
    said = []
    open_ = [row for row in rows if row["decision"] == "unresolved"]
    nameless = sum(not row["body"] for row in open_)
    if nameless:
        said.append(f"{nameless} 行没有对上名录中的单位：把缺的单位或别名导入名录（nianbao body import）再试看")
    if len(open_) > nameless:
        said.append(f"{len(open_) - nameless} 行看不出报告年度：抓取后逐条打开原文确定")
    if not told["dated"]:
        said.append("列表没有日期：是否逾期只能按页面内日期或首次发现来判断")
    if told["canary"]["seen"]:
        said.append(f"能看到以往年报（{'、'.join(f'{year}年度' for year in told['canary']['years'])}），以后可据此判断“未发现”")
    else:
        said.append("看不到以往年报：在能看到之前，该栏目没有新年报也只能算“无法判断”")
    return said

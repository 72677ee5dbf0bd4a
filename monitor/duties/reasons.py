"""The crawler's reason codes in words for people. A code without a line here is shown as it is: it must never vanish."""

from __future__ import annotations

import re
from collections.abc import Mapping

WORDS: Mapping[str, str] = {
    "list-not-understood": "列表结构无法识别",
    "column-unknown": "年报栏目尚未确定，暂看首页；候选栏目见 nianbao portal candidates",
    "later-page-not-understood": "后续页面结构无法识别",
    "next-page-repeats": "翻页内容重复",
    "page-limit": "列表过长，未读到末页",
    "list-not-read-to-end": "列表未读到末页",
    "declared-total-not-met": "条数少于页面标明的总数",
    "rows-not-understood": "有条目无法识别",
    "report-page-failed": "年报页面未能打开",
    "report-led-elsewhere": "已存年报的网址转到了别的文件",
    "no-canary": "没有以往年报可作对照",
    "canary-lost": "以往年报也看不到",
    "count-drop": "条数骤减",
    "no-negative-control": "未能核对错误页特征",
    "negative-control-failed": "不存在的网址也返回正常页面",
    "mass-failure": "同一天大量门户无法读取，疑为本机网络",
    "own-network": "本机网络异常",
    "own-network-untested": "本机网络未经验证",
    "not-found-page": "返回“页面不存在”",
    "refused": "拒绝连接",
    "timeout": "连接超时",
    "dns": "域名无法解析",
    "reset": "连接被中断",
    "robots-disallowed": "网站规则（robots）不允许访问",
    "robots-held": "网站规则（robots）要求暂停访问",
    "robots-unavailable": "网站规则（robots）无法读取",
    "bad-address": "网址无效",
    "address-refused": "地址不允许访问",
    "broken-answer": "应答不完整",
    "cut-off": "应答中断",
    "foreign-host": "跳转到其他网站",
    "redirect-loop": "循环跳转",
    "cookie-challenge": "带上 Cookie 仍要求验证",
    "led-away": "跳转到首页或其他栏目",
    "too-large": "内容过大",
    "no-browser": "未安装浏览器",
    "tls-expired": "网站证书已过期",
    "tls-not-yet-valid": "网站证书尚未生效",
    "tls-wrong-host": "网站证书不属于该域名",
    "tls-self-signed": "网站证书是自签的",
    "tls-unknown-issuer": "网站证书的签发者不受信任",
    "tls-incomplete-chain": "网站证书链不完整",
    "tls-revoked": "网站证书已被吊销",
    "tls-certificate": "网站证书不合格",
    "tls-weak": "网站加密强度过低",
    "tls-old-protocol": "网站加密协议过旧",
    "tls-legacy-renegotiation": "网站只支持不安全的旧式握手",
    "tls-handshake": "加密连接建立失败",
    "browser-failed": "浏览器未能打开页面",
    "disk": "本机磁盘空间不足",
    "no-gaps": "没有需要检索的年报",
    "no-search-form": "首页没有可用的站内检索",
    "search-not-understood": "站内检索结果无法识别",
    "search-empty": "站内检索没有返回任何结果",
    "search-only": "站内检索未检出不能作为未发布的依据",
}

STATUS = re.compile(r"status-(\d{3})")


def in_words(code: str) -> str:
    """A reason (`challenged:status-412`, `refused`) in Chinese, without the outcome before the colon, which is named beside it."""
    detail = code.rpartition(":")[2].strip()
    status = STATUS.fullmatch(detail)
    return f"HTTP {status[1]}" if status else WORDS.get(detail, detail)

"""Portals whose list only a browser shows: the page computes a key from a word in it and fetches the rows with that key."""

from __future__ import annotations

import json
import re
from datetime import date

from crawler.demo.articles import bundle
from crawler.demo.pages import COLUMN_NAME, Answer, Request, html_answer, not_found
from crawler.demo.publications import Entry, Publications
from crawler.demo.scenario import SitePlan

DATA = "/api/list"
_ARTICLE = re.compile(r"/zwgk/nb/content/(\d+)\.html")

_SCRIPT = """
(function () {
  var word = document.getElementById("list").getAttribute("data-word"), sum = 0;
  for (var i = 0; i < word.length; i++) { sum = (sum * 31 + word.charCodeAt(i)) % 1000003; }
  fetch("/api/list?key=" + sum).then(function (answer) { return answer.json(); }).then(function (rows) {
    var list = document.getElementById("list");
    list.textContent = "";
    rows.forEach(function (row) {
      var item = document.createElement("li"), link = document.createElement("a"), day = document.createElement("span");
      link.href = row.url; link.title = row.title; link.textContent = row.title; day.textContent = row.date;
      item.appendChild(link); item.appendChild(day); list.appendChild(item);
    });
  });
})();
"""


def answer(site: SitePlan, content: Publications, day: date, request: Request) -> Answer:
    """The empty list with its script, the data for the right key, or an article; 404 for anything else."""
    shown = content.shown(site.host, day)
    if request.path == site.column_path:
        return _column(site)
    if request.path == DATA:
        return _data(site, shown, request.query.get("key", ""))
    if article := _ARTICLE.fullmatch(request.path):
        entry = next((one for one in shown if one.number == int(article[1])), None)
        return bundle(site, entry, day, "article-content", _file_address).page if entry else not_found(site)
    return not_found(site)


def _file_address(name: str) -> str:
    return f"/files/{name}"


def _word(site: SitePlan) -> str:
    return f"{site.code}-{site.host}"


def key_for(word: str) -> str:
    """The key the page's script computes from the word in it."""
    total = 0
    for character in word:
        total = (total * 31 + ord(character)) % 1_000_003
    return str(total)


def _column(site: SitePlan) -> Answer:
    rows = f'<ul id="list" data-word="{_word(site)}"><li>正在加载……</li></ul>'
    content = f'<div class="list"><h2>{COLUMN_NAME}</h2>{rows}\n<script>{_SCRIPT}</script></div>'
    tags = {"ColumnName": COLUMN_NAME, "ColumnType": "信息公开年报"}
    return html_answer(site, f"{COLUMN_NAME}-{site.name}", content, tags=tags)


def _data(site: SitePlan, shown: tuple[Entry, ...], key: str) -> Answer:
    if key != key_for(_word(site)):
        return Answer(b'{"error": "key"}', "application/json; charset=utf-8", status=403)
    rows = [
        {"url": f"/zwgk/nb/content/{entry.number}.html", "title": entry.title, "date": str(entry.published_on) if entry.dated else ""}
        for entry in shown
    ]
    return Answer(json.dumps(rows, ensure_ascii=False).encode(), "application/json; charset=utf-8")

"""Answers when something is wrong: a designed page that says what happened, what was kept and what to do, with a reference."""

from __future__ import annotations

import uuid

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse
from starlette.exceptions import HTTPException

from monitor import logs
from monitor.web.templating import render
from storage.domain.errors import ArchiveError, Busy, NianbaoError, NotFoundError, OriginalMissing

HEADINGS = {404: "没有这个页面", 405: "不支持的操作", 422: "地址有误"}
MESSAGES = {404: "地址里的单位、年度或编号不存在。", 405: "这个地址只能查看。", 422: "地址中的参数不是可用的值，例如报告年度应为四位数字。"}


def install(app: FastAPI) -> None:
    """Register the pages for faults."""
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _validation)
    app.add_exception_handler(NianbaoError, _own)
    app.add_exception_handler(Exception, _unexpected)


def _page(status: int, heading: str, message: str, *, kept: str = "", advice: str = "", reference: str = "") -> HTMLResponse:
    text = render("problem.html", year=None, here="", heading=heading, message=message, kept=kept, advice=advice, reference=reference)
    return HTMLResponse(text, status_code=status)


async def _http(request: Request, error: Exception) -> HTMLResponse:
    assert isinstance(error, HTTPException)
    return _page(error.status_code, HEADINGS.get(error.status_code, "无法处理"), MESSAGES.get(error.status_code, "请求无法处理。"))


async def _validation(request: Request, error: Exception) -> HTMLResponse:
    return _page(422, HEADINGS[422], MESSAGES[422])


async def _own(request: Request, error: Exception) -> HTMLResponse:
    assert isinstance(error, NianbaoError)
    if isinstance(error, NotFoundError | OriginalMissing):
        status, heading = 404, "没有找到"
    elif isinstance(error, Busy):
        status, heading = 503, "正忙"
    else:
        status, heading = 500, "存档校验失败" if isinstance(error, ArchiveError) else "出错了"
    reference = _logged(request, error) if status >= 500 else ""
    return _page(status, heading, error.message, kept=error.kept, advice=error.advice, reference=reference)


async def _unexpected(request: Request, error: Exception) -> HTMLResponse:
    reference = _logged(request, error)
    return _page(
        500, "出错了", "页面无法显示。", kept="数据没有改动。", advice="请稍后重试；仍然出现时，把编号告诉维护人员。", reference=reference
    )


def _logged(request: Request, error: Exception) -> str:
    reference = uuid.uuid4().hex[:10]
    logs.logger("web").error("page failed", path=request.url.path, reference=reference, exc_info=error)
    return reference

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from storage.domain.alerts import Message
from storage.domain.clock import CHINA

NOW = datetime(2025, 2, 5, 9, 0, tzinfo=CHINA).astimezone(UTC)


@pytest.fixture
def message() -> Message:
    return Message(
        1,
        "digest/2025-02-05",
        "NB-20250205-ABC123",
        "<x.y@nianbao.local>",
        "【年报监测】示例市",
        "第一行\n第二行 <b>\n",
        "<p>第一行</p>",
        (3, 4),
    )

"""The recogniser behind a small door: crops of one line each to text with its certainty.

The extra `[ocr]` brings it: rapidocr with its models inside the wheel, run by onnxruntime on one core. Nothing is fetched at run time:
every model is named by its path in the wheel. This is the only module that imports it.
"""

from __future__ import annotations

import hashlib
import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

NEEDED = ("rapidocr", "onnxruntime", "cv2", "numpy")
_BATCH = 6  # larger ones are no faster, and lines as long as a sheet would take 60 MB each at once
# The recogniser takes lines 48 pixels high and pads each to this width at least; a figure alone is seldom wider than high.
_SHAPE = [3, 48, 48]


@dataclass(frozen=True, slots=True)
class Recognised:
    """One line as recognised, with the recogniser's own certainty from 0 to 1."""

    text: str
    certainty: float


_forbidden: list[bool] = []


def available() -> bool:
    """Whether the extra is installed, and this process may use it."""
    return not _forbidden and _installed()


def forbid() -> None:
    """Leave pictures unread in this process, for good."""
    _forbidden.append(True)


@cache
def _installed() -> bool:
    return all(importlib.util.find_spec(name) is not None for name in NEEDED)


def recognise(crops: Sequence[Any]) -> list[Recognised]:
    """Each crop (height × width × 3, uint8) as text; crops of the same pixels are recognised once."""
    found: dict[bytes, Recognised] = {}
    keys = [hashlib.blake2b(crop.tobytes() + bytes(str(crop.shape), "ascii"), digest_size=16).digest() for crop in crops]
    waiting = {key: crop for key, crop in zip(keys, crops, strict=True) if key not in found}
    if waiting:
        from rapidocr.ch_ppocr_rec.typings import TextRecInput

        answer = _recogniser()(TextRecInput(img=list(waiting.values())))
        for key, text, certainty in zip(waiting, answer.txts, answer.scores, strict=True):
            found[key] = Recognised(str(text), float(certainty))
    return [found[key] for key in keys]


@cache
def _configuration() -> Any:
    """The library's own settings with the wheel's models named and one thread per child: as many children as cores do the rest."""
    import rapidocr

    models = Path(rapidocr.__file__).parent / "models"
    settings = rapidocr.RapidOCR(
        params={
            "Global.log_level": "critical",
            "Rec.model_path": str(_one(models, "rec")),
            "Rec.rec_img_shape": _SHAPE,
            "Rec.rec_batch_num": _BATCH,
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    ).cfg
    settings.Rec.engine_cfg = settings.EngineConfig["onnxruntime"]
    settings.Rec.model_root_dir = models
    settings.Rec.font_path = None
    return settings


def _one(models: Path, kind: str) -> Path:
    """The wheel's model of a kind. Raises FileNotFoundError where the wheel has none."""
    found = sorted(models.glob(f"*_{kind}_*.onnx"))
    if not found:
        raise FileNotFoundError(f"the rapidocr wheel holds no {kind} model")
    return found[-1]


@cache
def _recogniser() -> Any:
    from rapidocr.ch_ppocr_rec import TextRecognizer

    return TextRecognizer(_configuration().Rec)

"""How good forecasts are, and what the simplest ones would give."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def naive(source: np.ndarray, steps: int) -> np.ndarray:
    """Repeat the last step: [L, D] -> [K, D]."""
    return np.repeat(source[-1:], steps, axis=0)


def seasonal(source: np.ndarray, steps: int, season: int) -> np.ndarray | None:
    """Repeat the last season: [L, D] -> [K, D]; None where not all of it is known."""
    if not 0 < season <= len(source):
        return None
    last = source[-season:]
    return last[np.arange(steps) % season]


def quantile_loss(truth: np.ndarray, forecasts: np.ndarray, quantiles: Sequence[float]) -> float:
    """The mean of the quantile (pinball) losses, doubled: an absolute error if the only quantile is the median.

    Koenker and Bassett 1978, "Regression Quantiles".

    Args:
        truth: [..., D].
        forecasts: [..., D, Q].
        quantiles: Q numbers between 0 and 1.
    """
    error = truth[..., None] - forecasts
    levels = np.asarray(quantiles)
    return float(2 * np.maximum(levels * error, (levels - 1) * error).mean())


def forecast_metrics(
    truth: np.ndarray, forecasts: np.ndarray, quantiles: Sequence[float], last: np.ndarray
) -> dict[str, float]:
    """Errors of the median, of all quantiles, and beside repeating the last step.

    Args:
        truth: [N, K, D].
        forecasts: [N, K, D, Q].
        quantiles: in ascending order, the median among them.
        last: the last step before each [N, D].

    Returns:
        `mae`, `rmse`, `skill` (1 - MAE / MAE of the last step repeated), `quantile_loss`, and `coverage`, the share of
        the truth between the first and the last quantile.
    """
    median = forecasts[..., list(quantiles).index(0.5)]
    error = median - truth
    mae = float(np.abs(error).mean())
    simple = float(np.abs(truth - last[:, None]).mean())
    metrics = {"mae": mae, "rmse": float(np.sqrt((error**2).mean())), "skill": 1 - mae / simple if simple else 0.0}
    metrics["quantile_loss"] = quantile_loss(truth, forecasts, quantiles)
    if len(quantiles) > 1:
        inside = (truth >= forecasts[..., 0]) & (truth <= forecasts[..., -1])
        metrics["coverage"] = float(inside.mean())
    return metrics

"""What is each option of a market worth? The Black-Scholes formula, its normal distribution written out in NumPy."""

from __future__ import annotations

import numpy as np
from _harness import compare

from mdsl import accelerate


def normal_cdf(x):
    """Abramowitz and Stegun, formula 26.2.17; the absolute error is below 7.5e-8."""
    k = 1 / (1 + 0.2316419 * np.abs(x))
    poly = k * (0.319381530 + k * (-0.356563782 + k * (1.781477937 + k * (-1.821255978 + k * 1.330274429))))
    tail = np.exp(-0.5 * x * x) / np.sqrt(2 * np.pi) * poly
    return np.where(x >= 0, 1 - tail, tail)


@accelerate
def black_scholes(spot, strike, years, rate, volatility):
    """Prices of European calls and puts, two arrays of the shape of `spot`."""
    spread = volatility * np.sqrt(years)
    d1 = (np.log(spot / strike) + (rate + 0.5 * volatility**2) * years) / spread
    d2 = d1 - spread
    present = strike * np.exp(-rate * years)
    call = spot * normal_cdf(d1) - present * normal_cdf(d2)
    put = present * normal_cdf(-d2) - spot * normal_cdf(-d1)
    return call, put


def inputs(size="large"):
    """Every strike and expiry that one may write on a share: a chain of options, flat."""
    strikes, days = (2000, 250) if size == "large" else (40, 12)
    strike, expiry = np.meshgrid(np.linspace(50, 200, strikes), np.arange(1, days + 1) / 252)
    strike, years = strike.ravel(), expiry.ravel()
    return np.full_like(strike, 104.25), strike, years, 0.035, 0.22


def main():
    print(compare(black_scholes, inputs()))


if __name__ == "__main__":
    main()

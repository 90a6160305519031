const factors: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  "": 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/** The number that Kubernetes writes as `500m`, `16Gi` or `1e3`; 0 for what is not there. Throws for what is no quantity. */
export function readQuantity(text: string | number | undefined): number {
  if (text === undefined) return 0;
  const [, number, suffix = ""] = /^([+-]?[\d.]+(?:[eE][+-]?\d+)?)([A-Za-z]{0,2})$/.exec(String(text)) ?? [];
  const factor = factors[suffix];
  const value = Number(number);
  if (number === undefined || factor === undefined || Number.isNaN(value))
    throw new Error(`no quantity of Kubernetes: ${JSON.stringify(text)}`);
  // 1e-3 of a whole number is not exact in binary; no quantity is finer than a billionth.
  return factor < 1 ? Math.round(value * factor * 1e9) / 1e9 : value * factor;
}

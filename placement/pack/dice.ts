/** Numbers that look random and are the same on every machine (xorshift32 by Marsaglia). */
export class Dice {
  private state: number;

  constructor(seed: number) {
    this.state = Math.imul(seed, 0x9e3779b1) | 1;
  }

  /** From 0, below 1. */
  roll(): number {
    let x = this.state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.state = x;
    return (x >>> 0) / 0x100000000;
  }

  /** A whole number from 0, below the limit. */
  below(limit: number): number {
    return Math.floor(this.roll() * limit);
  }
}

import { randomFrom } from "../random";

/** Draws that are the same on every machine. */
export class Dice {
  /** From 0, below 1. */
  readonly roll: () => number;

  constructor(seed: number) {
    this.roll = randomFrom(seed);
  }

  /** A whole number from 0, below the limit. */
  below(limit: number): number {
    return Math.floor(this.roll() * limit);
  }
}

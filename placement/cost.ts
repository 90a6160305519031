/** What is better decides in this order: less left out, fewer moves, more points, the tie order. All in whole numbers. */
export interface Cost {
  missing: number;
  moves: number;
  points: number;
  /** The rank of one who is placed early weighs more than that of one who comes later. */
  ranks: number;
}

/** Something wrong in a file, before it has a line number. */
export interface Finding {
  /** Keys and indexes from the top of the file. */
  path: readonly PropertyKey[];
  text: string;
  /** Point at the key instead of its value. */
  atKey?: boolean;
}

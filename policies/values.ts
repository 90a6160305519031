import { unknown } from "./from-wire";

/** A value that a rule needs and that is missing, not known yet, or not what it should be. */
export class Unreadable extends Error {}

type Keys<View, Kind> = {
  [Key in keyof View]-?: Exclude<View[Key], undefined> extends Kind ? Key : never;
}[keyof View] &
  string;

/** What may hold anything: any key may be asked for. */
export type Untyped = Record<string, never>;

type ItemOf<List> = List extends readonly (infer Item)[] ? Item : never;
type Inside<Value> = [Value] extends [never] ? Untyped : Extract<Value, object>;

/**
 * The values of a resource, as a rule reads them. What is missing, of another kind or unknown in a preview throws
 * `Unreadable`: a comparison with it would be false, and its rule silent.
 */
export class Values<View extends object> {
  constructor(
    private readonly values: View,
    private readonly path = "",
  ) {}

  /** Amounts are never negative: one that were would make room for others. */
  number(key: Keys<View, number>): number {
    const value = this.read(key);
    const isAmount = typeof value === "number" && Number.isFinite(value) && value >= 0;
    return isAmount ? value : this.refuse(key, "a number ≥ 0", value);
  }

  /** One that may be negative, such as a priority. */
  integer(key: Keys<View, number>): number {
    const value = this.read(key);
    return Number.isInteger(value) ? (value as number) : this.refuse(key, "a whole number", value);
  }

  text(key: Keys<View, string>): string {
    const value = this.read(key);
    return typeof value === "string" ? value : this.refuse(key, "text", value);
  }

  flag(key: Keys<View, boolean>): boolean {
    const value = this.read(key);
    return typeof value === "boolean" ? value : this.refuse(key, "true or false", value);
  }

  texts(key: Keys<View, readonly string[]>): string[] {
    return this.array(key).map((value) =>
      typeof value === "string" ? value : this.refuse(key, "texts", value),
    );
  }

  /** As `number`: none of them is negative. */
  numbers(key: Keys<View, readonly number[]>): number[] {
    return this.array(key).map((value) =>
      typeof value === "number" && value >= 0 ? value : this.refuse(key, "numbers ≥ 0", value),
    );
  }

  /** The values inside a map. */
  in<Key extends keyof View & string>(key: Key): Values<Inside<View[Key]>> {
    const value = this.read(key);
    if (typeof value !== "object" || value === null) return this.refuse(key, "a map", value);
    return new Values(value as Inside<View[Key]>, this.pathOf(key));
  }

  /** The values inside each map of a list. */
  list<Key extends Keys<View, readonly object[]>>(key: Key): Values<Inside<ItemOf<View[Key]>>>[] {
    return this.array(key).map((value, index) => {
      if (typeof value !== "object" || value === null) return this.refuse(key, "a list of maps", value);
      return new Values(value as Inside<ItemOf<View[Key]>>, `${this.pathOf(key)}.${index}`);
    });
  }

  /** Whether something stands there. */
  has(key: keyof View & string): boolean {
    const value = this.read(key);
    return value !== undefined && value !== null;
  }

  private array(key: string): unknown[] {
    const value = this.read(key);
    if (!Array.isArray(value)) return this.refuse(key, "a list", value);
    return value.map((item, index) => this.known(item, `${key}.${index}`));
  }

  private read(key: string): unknown {
    return this.known((this.values as Record<string, unknown>)[key], key);
  }

  private known(value: unknown, key: string): unknown {
    if (value !== unknown) return value;
    throw new Unreadable(`${this.pathOf(key)}: its value can't be known in a preview`);
  }

  /** Says the kind of what it got, never the value: that may be a secret. */
  private refuse(key: string, expected: string, got: unknown): never {
    const kind = got === undefined || got === null ? "nothing" : `a ${typeof got}`;
    throw new Unreadable(`${this.pathOf(key)}: expected ${expected}, got ${kind}`);
  }

  private pathOf(key: string): string {
    return this.path === "" ? key : `${this.path}.${key}`;
  }
}

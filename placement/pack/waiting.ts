/** How many of each kind are not placed, and which kinds these are, without a look at the others. */
export class Waiting {
  /** The first `length` are the kinds that wait, in no order of use. */
  readonly kinds: Int32Array;
  readonly count: Int32Array;
  length = 0;
  private readonly place: Int32Array;

  constructor(kinds: number) {
    this.kinds = new Int32Array(kinds);
    this.place = new Int32Array(kinds);
    this.count = new Int32Array(kinds);
  }

  add(kind: number): void {
    if (this.count[kind]!++ > 0) return;
    this.place[kind] = this.length;
    this.kinds[this.length++] = kind;
  }

  remove(kind: number): void {
    if (--this.count[kind]! > 0) return;
    const last = this.kinds[--this.length]!;
    this.kinds[this.place[kind]!] = last;
    this.place[last] = this.place[kind]!;
  }
}

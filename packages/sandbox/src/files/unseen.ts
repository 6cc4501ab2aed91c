/** A file is not looked at, for whoever has named it may have made that cost more than it is worth. */
export class Unseen extends Error {
  override readonly name = 'Unseen';

  /** @param why A clause that says so. */
  constructor(why: string) {
    super(why);
  }
}

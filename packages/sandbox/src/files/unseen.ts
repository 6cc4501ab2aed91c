/** A file is not looked at, for whoever has named it may have made that cost too much. The message is a clause that says why. */
export class Unseen extends Error {
  override readonly name = 'Unseen';
}

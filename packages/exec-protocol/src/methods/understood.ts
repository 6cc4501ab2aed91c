import * as z from 'zod';

/** Of what a newer peer lists, the receiver takes what it understands. */
export const unknownKind = z.looseObject({});

/** An entry of a kind that this build does not know is passed over. */
export function understood<T extends z.ZodType>(entry: T, all: readonly unknown[]): readonly z.output<T>[] {
  return all.flatMap((one) => {
    const parsed = entry.safeParse(one);
    return parsed.success ? [parsed.data] : [];
  });
}

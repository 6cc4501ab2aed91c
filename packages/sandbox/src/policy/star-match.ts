/** What the steps of a pattern mean. */
export interface StarSteps<Step, Item> {
  /** Whether any number of items may stand there. */
  readonly isAny: (step: Step) => boolean;
  /** Whether one item may. Not asked for those where any number may. */
  readonly takes: (step: Step, item: Item) => boolean;
}

/**
 * Whether steps take all items, in order. It takes no more than the product of their numbers: it goes back to the last step that
 * takes any number only, for what earlier ones have taken need never change.
 */
export function matchesAll<Step, Item>(
  steps: ArrayLike<Step>,
  items: ArrayLike<Item>,
  { isAny, takes }: StarSteps<Step, Item>,
): boolean {
  const isAnyAt = (at: number): boolean => at < steps.length && isAny(steps[at] as Step);
  let [step, item, lastAny, takenByAny] = [0, 0, -1, 0];
  while (item < items.length) {
    if (isAnyAt(step)) {
      lastAny = step;
      takenByAny = item;
      step += 1;
    } else if (step < steps.length && takes(steps[step] as Step, items[item] as Item)) {
      step += 1;
      item += 1;
    } else {
      if (lastAny < 0) return false;
      takenByAny += 1;
      [step, item] = [lastAny + 1, takenByAny];
    }
  }
  while (isAnyAt(step)) step += 1;
  return step === steps.length;
}

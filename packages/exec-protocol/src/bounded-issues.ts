import * as z from 'zod';

/** So many things that are wrong with a message are told, since more tell nobody anything; of a list or table what follows them is not looked at. */
export const MAX_TOLD_ISSUES = 20;

/**
 * A list, as `z.array` makes one, that stops at some wrong values: a message of half a megabyte may hold 260,000 of them, and
 * to tell what is wrong with each takes a second. One that is longer than its `max` fails that before any element is looked at.
 */
export function listOf<T extends z.ZodType>(element: T): z.ZodArray<T> {
  return new BoundedList({ type: 'array', element }) as unknown as z.ZodArray<T>;
}

/** How many values a table may have at most. */
export interface TableSize {
  readonly max: number;
  /** What is said of a larger one. */
  readonly message: string;
}

/**
 * An object of any names with values of one kind, as `z.record` makes one, that stops in the same way.
 * @param size Looked at before any value is; default as many as there are.
 */
export function tableOf<T extends z.ZodType>(valueType: T, size?: TableSize): z.ZodRecord<z.ZodString, T> {
  return new BoundedTable({ type: 'record', keyType: z.string(), valueType, size }) as unknown as z.ZodRecord<
    z.ZodString,
    T
  >;
}

// What asserts is called by names with types of their own.
const zodArray: Pick<typeof z.ZodArray, 'init'> = z.ZodArray;
const zodRecord: Pick<typeof z.ZodRecord, 'init'> = z.ZodRecord;

const BoundedList = z.core.$constructor<z.ZodArray>('BoundedList', (list, definition) => {
  zodArray.init(list, definition);
  const parseOther = list._zod.parse.bind(list._zod);
  const max = maxOf(definition);
  list._zod.parse = (payload, context) => {
    const value: unknown = payload.value;
    // Of a list that is too long zod looks at the length alone.
    if (!Array.isArray(value) || value.length > max) return parseOther(payload, context);
    const taken: unknown[] = [];
    for (const [at, element] of value.entries()) {
      taken.push(take(definition.element, at, element, payload, context));
      if (payload.issues.length >= MAX_TOLD_ISSUES) break;
    }
    payload.value = taken;
    return payload;
  };
});

function maxOf({ checks = [] }: z.core.$ZodArrayDef): number {
  const maxima = checks.map(({ _zod: { def } }) =>
    def.check === 'max_length' ? (def as z.core.$ZodCheckMaxLengthDef).maximum : Infinity,
  );
  return Math.min(...maxima);
}

interface TableDefinition extends z.core.$ZodRecordDef<z.ZodString> {
  readonly size?: TableSize | undefined;
}

const BoundedTable = z.core.$constructor<z.ZodRecord<z.ZodString>, TableDefinition>(
  'BoundedTable',
  (table, definition) => {
    zodRecord.init(table, definition);
    const { size } = definition;
    const parseOther = table._zod.parse.bind(table._zod);
    table._zod.parse = (payload, context) => {
      const value: unknown = payload.value;
      if (!z.core.util.isPlainObject(value)) return parseOther(payload, context);
      const names = Object.keys(value);
      if (size !== undefined && names.length > size.max) {
        payload.issues.push({ code: 'custom', input: value, inst: table, message: size.message });
        return payload;
      }
      const taken: Record<string, unknown> = {};
      for (const name of names) {
        // To set it would be to exchange the prototype; zod leaves it out as well.
        if (name === '__proto__') continue;
        taken[name] = take(definition.valueType, name, value[name], payload, context);
        if (payload.issues.length >= MAX_TOLD_ISSUES) break;
      }
      payload.value = taken;
      return payload;
    };
  },
);

/** The value as its schema reads it; what is wrong with it is told in `payload`, under its name. */
function take(
  schema: z.core.$ZodType,
  name: PropertyKey,
  value: unknown,
  payload: z.core.ParsePayload,
  context: z.core.ParseContextInternal,
): unknown {
  const result = schema._zod.run({ value, issues: [] }, context);
  if (result instanceof Promise) throw new z.core.$ZodAsyncError();
  if (result.issues.length > 0) payload.issues.push(...z.core.util.prefixIssues(name, result.issues));
  return result.value;
}

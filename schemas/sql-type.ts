import { mapValues } from './map-values.ts';
import type { ColumnType } from './columns.ts';

/** Types of SQL columns. They stand for what a reader sees, whatever it is called in an engine's dialect. */
export type SqlType =
  ColumnType | { readonly array: SqlType } | { readonly struct: Readonly<Record<string, SqlType>> };

/** The part of JSON Schema that our schemas use. */
export interface JsonSchema {
  readonly type?: unknown;
  readonly format?: string;
  readonly enum?: readonly unknown[];
  readonly description?: string;
  readonly anyOf?: readonly JsonSchema[];
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
}

/** The SQL type of what a schema describes; null is a value of every type. Throws for a schema that has none. */
export function sqlTypeOf(schema: JsonSchema): SqlType {
  const { anyOf, items, properties, format } = schema;
  const [some, ...others] = (anyOf ?? []).filter(({ type }) => type !== 'null');
  if (some && others.length === 0) return sqlTypeOf(some);
  if (items) return { array: sqlTypeOf(items) };
  if (properties) return { struct: mapValues(properties, sqlTypeOf) };
  if (format === 'date-time') return 'timestamp';
  const types = [schema.type ?? (schema.enum ? 'string' : undefined)].flat();
  if (types.includes('integer')) return 'bigint';
  if (types.includes('string')) return 'string';
  throw new TypeError(`no SQL type for ${JSON.stringify(schema)}`);
}

/** As the Glue Data Catalog writes it: `array<struct<partition:string,rows:bigint>>`. */
export function glueType(type: SqlType): string {
  return hiveType(type, (name) => name);
}

/** As Athena's DDL writes it: names of fields may be reserved words, and are quoted. */
export function ddlType(type: SqlType): string {
  return hiveType(type, (name) => `\`${name}\``);
}

function hiveType(type: SqlType, named: (name: string) => string): string {
  if (typeof type === 'string') return type;
  if ('array' in type) return `array<${hiveType(type.array, named)}>`;
  const fields = Object.entries(type.struct).map(
    ([name, field]) => `${named(name)}:${hiveType(field, named)}`,
  );
  return `struct<${fields.join(',')}>`;
}

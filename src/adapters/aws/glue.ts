import {
  type Column,
  CreateDatabaseCommand,
  CreateTableCommand,
  GetDatabaseCommand,
  GetTableCommand,
  type GlueClient,
  type StorageDescriptor,
  type Table,
  type TableInput,
  UpdateTableCommand,
} from '@aws-sdk/client-glue';
import type { GlueColumn, GlueTable } from '../../../schemas/glue-table.ts';
import { retryHint, LedgerError } from '../../errors.ts';
import type { Catalog, CatalogEntry } from '../../ports.ts';
import { classifyAwsError, describeAwsError } from './errors.ts';
import { redactedMessage } from './redact.ts';
import type { Retry } from './retry.ts';

export interface GlueOptions {
  /** Made with `maxAttempts: 1`: retries are `retry`'s alone. */
  readonly client: GlueClient;
  readonly retry: Retry;
  readonly signal: AbortSignal;
}

/** An entry together with all that Glue said of it, so that an update loses nothing. */
interface GlueEntry extends CatalogEntry {
  readonly found: Table;
}

const VIEW = 'VIRTUAL_VIEW';

/** The Glue Data Catalog. Throws `LedgerError`, or the signal's reason once that is aborted. */
export function createGlueCatalog(options: GlueOptions): Catalog {
  const { client, signal } = options;
  const sending = { abortSignal: signal };

  /** Runs one request; an error of a name in `answers` is that answer, not an error. */
  async function ask<T, A>(
    what: string,
    call: () => Promise<T>,
    answers: Readonly<Record<string, A>>,
  ): Promise<T | A> {
    try {
      return await options.retry(call);
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      const { name } = classifyAwsError(error);
      if (Object.hasOwn(answers, name)) return answers[name] as A;
      throw asCatalogError(what, error);
    }
  }

  return {
    async hasDatabase(Name) {
      const send = () => client.send(new GetDatabaseCommand({ Name }), sending);
      return (await ask(`read database ${Name}`, send, absent)) !== undefined;
    },

    async createDatabase(Name, Description) {
      const input = { DatabaseInput: { Name, Description } };
      const send = () => client.send(new CreateDatabaseCommand(input), sending);
      return (await ask(`create database ${Name}`, send, overtaken)) !== undefined;
    },

    async find(DatabaseName, Name) {
      const send = () => client.send(new GetTableCommand({ DatabaseName, Name }), sending);
      const answer = await ask(`read ${DatabaseName}.${Name}`, send, absent);
      return answer?.Table && entryOf(answer.Table);
    },

    async createTable(DatabaseName, table) {
      const TableInput = { ...changed({ TableType: 'EXTERNAL_TABLE' }, table), Name: table.name };
      const send = () => client.send(new CreateTableCommand({ DatabaseName, TableInput }), sending);
      return (await ask(`create table ${DatabaseName}.${table.name}`, send, overtaken)) !== undefined;
    },

    async update(DatabaseName, entry, changes) {
      const { name } = entry.table;
      const input = {
        DatabaseName,
        TableInput: { ...changed(inputOf((entry as GlueEntry).found), changes), Name: name },
        SkipArchive: true,
        ...(entry.version && { VersionId: entry.version }),
      };
      const send = () => client.send(new UpdateTableCommand(input), sending);
      return (await ask(`update ${entry.type} ${DatabaseName}.${name}`, send, overtaken)) !== undefined;
    },
  };
}

const absent = { EntityNotFoundException: undefined };
const overtaken = {
  AlreadyExistsException: undefined,
  ConcurrentModificationException: undefined,
  // Somebody dropped it meanwhile.
  EntityNotFoundException: undefined,
};

function entryOf(found: Table): GlueEntry {
  const { StorageDescriptor: storage = {}, Parameters: parameters = {}, TableType, VersionId } = found;
  return {
    type: TableType === VIEW ? 'view' : 'table',
    version: VersionId,
    found,
    table: {
      name: found.Name ?? '',
      description: found.Description ?? '',
      location: storage.Location ?? '',
      columns: (storage.Columns ?? []).map(columnOf),
      partitionKeys: (found.PartitionKeys ?? []).map(columnOf),
      inputFormat: storage.InputFormat ?? '',
      outputFormat: storage.OutputFormat ?? '',
      serde: storage.SerdeInfo?.SerializationLibrary ?? '',
      serdeParameters: storage.SerdeInfo?.Parameters ?? {},
      parameters,
    },
  };
}

function columnOf({ Name = '', Type = '', Comment = '' }: Column): GlueColumn {
  return { name: Name, type: Type, comment: Comment };
}

/** What UpdateTable takes of what GetTable gives. */
function inputOf(found: Table): Partial<TableInput> {
  const {
    Description,
    Owner,
    LastAccessTime,
    LastAnalyzedTime,
    Retention,
    TargetTable,
    ViewDefinition: _,
    ...rest
  } = found;
  const { StorageDescriptor, PartitionKeys, ViewOriginalText, ViewExpandedText, TableType, Parameters } =
    rest;
  return {
    Description,
    Owner,
    LastAccessTime,
    LastAnalyzedTime,
    Retention,
    TargetTable,
    StorageDescriptor,
    PartitionKeys,
    ViewOriginalText,
    ViewExpandedText,
    TableType,
    Parameters,
  };
}

function changed(input: Partial<TableInput>, changes: Partial<GlueTable>): Partial<TableInput> {
  const { description, partitionKeys, parameters } = changes;
  return {
    ...input,
    ...(description !== undefined && { Description: description }),
    ...(partitionKeys && { PartitionKeys: partitionKeys.map(asColumn) }),
    ...(parameters && { Parameters: { ...parameters } }),
    StorageDescriptor: changedStorage(input.StorageDescriptor ?? {}, changes),
  };
}

function changedStorage(storage: StorageDescriptor, changes: Partial<GlueTable>): StorageDescriptor {
  const { location, columns, inputFormat, outputFormat, serde, serdeParameters } = changes;
  return {
    ...storage,
    ...(location !== undefined && { Location: location }),
    ...(columns && { Columns: columns.map(asColumn) }),
    ...(inputFormat !== undefined && { InputFormat: inputFormat }),
    ...(outputFormat !== undefined && { OutputFormat: outputFormat }),
    // Hive's way to say "not bucketed"; Trino fails on a table that does not say it.
    NumberOfBuckets: storage.NumberOfBuckets ?? -1,
    SerdeInfo: {
      ...storage.SerdeInfo,
      ...(serde !== undefined && { SerializationLibrary: serde }),
      ...(serdeParameters && { Parameters: { ...serdeParameters } }),
    },
  };
}

function asColumn({ name, type, comment }: GlueColumn): Column {
  return { Name: name, Type: type, ...(comment !== '' && { Comment: comment }) };
}

/** What Glue or the way to it threw, as a sentence for the person who acts. */
function asCatalogError(what: string, error: unknown): LedgerError {
  if (error instanceof LedgerError) return error;
  const { name, status, recovery } = classifyAwsError(error);
  const said = redactedMessage(error);
  const hint = /lake ?formation/i.test(said)
    ? '. Lake Formation rules this database: have its administrator grant the caller CREATE TABLE and ALTER on it'
    : name === 'AccessDeniedException' || status === 403
      ? '. The caller needs the rights of jobs/iam/register-policy.json'
      : '';
  const message = `cannot ${what} in the Glue Data Catalog: ${describeAwsError(error)}${hint}${retryHint(recovery)}`;
  return new LedgerError(recovery, message, { cause: error });
}

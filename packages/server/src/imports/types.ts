import type { DisplayType, Fields, MergeStrategy } from '@tributary/model';
import type { FileKind } from './kinds.ts';

export type ImportState = 'uploading' | 'ready' | 'running' | 'stopped' | 'done' | 'failed';
export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1251' | 'windows-1252';

/** How the file is written. It is kept as UTF-8, whatever its encoding was. */
export interface Dialect {
  delimiter: string;
  quote: string;
  encoding: Encoding;
  /** The first row names the columns. */
  header: boolean;
}

/** What the sender knows of it; the rest is found out. */
export type DialectGiven = { [K in keyof Dialect]?: Dialect[K] | undefined };

/** Where a column's cells go, and how they are to be read. */
export type Target =
  | { to: 'ignore' }
  /** The id by which the person, or the account, is known here; found by it first. */
  | { to: 'id' }
  /** `inverted`, of yes and no: the other way round. */
  | ({ to: 'field'; field: string; inverted?: boolean | undefined } & CellFormat)
  /** A custom field that is made when the import starts, unless it is there. */
  | ({ to: 'new_field'; name: string; type: DisplayType } & CellFormat)
  | ({ to: 'tags' } & CellFormat)
  /** Of people: the account they belong to, by `id` or by a field that accounts are found by. */
  | ({ to: 'account'; by: string } & CellFormat)
  /** Of activities: what happened, when, the sender's key, its id as exported, an attribute. */
  | { to: 'activity' }
  | ({ to: 'time' } & CellFormat)
  | { to: 'key' }
  | { to: 'activity_id' }
  /** Several attributes together: a JSON object of attribute ids and values, as stored. */
  | { to: 'attributes' }
  | ({ to: 'attribute'; attribute: string } & CellFormat);

/** What a cell alone does not tell. */
export interface CellFormat {
  /** The order of day, month and year where it is written with two digits first; a year of four digits first needs none. */
  order?: 'dmy' | 'mdy' | undefined;
  /** What separates a number's fraction. */
  decimal?: '.' | ',' | undefined;
  /** What separates the several values of one cell. */
  separator?: string | undefined;
}

export interface Mapping {
  columns: readonly Target[];
  /** Up to three fields by which people, or accounts, are found. */
  mergeBy: readonly string[];
  mergeStrategy: MergeStrategy;
  /** For everyone in the file. */
  tags: readonly string[];
  /** Never make a person, or an account, of a row. */
  existingOnly: boolean;
  /** Never make an account for people to belong to. */
  existingAccountsOnly?: boolean | undefined;
  /** The activity of every row, where no column says it. */
  activity?: string | undefined;
  /** For phone numbers without a country code: two letters, such as PT. */
  country?: string | undefined;
  /** Of times without an offset: an IANA name. */
  timezone: string;
}

/** One file to be taken in, and how far it has come. */
export interface Import {
  id: string;
  workspaceId: number;
  kind: FileKind;
  name: string;
  state: ImportState;
  dialect: Dialect;
  columns: readonly string[];
  sample: readonly (readonly string[])[];
  mapping: Mapping;
  /** The file's size as UTF-8, and how much of it has been taken. */
  bytes: number;
  position: number;
  rowNumber: number;
  /** Where it was when it was last started. */
  startedRow: number;
  counts: Counts;
  error: string | undefined;
  createdAt: Date;
  startedAt: Date | undefined;
  finishedAt: Date | undefined;
}

/** What became of the rows. */
export interface Counts {
  created: number;
  merged: number;
  untouched: number;
  /** Activities that were there already. */
  duplicate: number;
  rejected: number;
}

/** A row that was not taken. */
export interface Rejected {
  rowNumber: number;
  reason: string;
  cells: readonly string[];
}

/** What a row says before anyone is asked: a record to be taken, or what is wrong with it. */
export type RowRead<T> = T | { error: string };

export type Values = Record<string, Fields[string]>;

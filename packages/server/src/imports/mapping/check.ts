import { customFieldId, isDisplayType, isTimezone, kebab, parseFieldId } from '@tributary/model';
import { isSupportedCountry } from 'libphonenumber-js/min';
import { UserError } from '../../platform/errors.ts';
import { kinds } from '../kinds.ts';
import type { Import, Mapping } from '../types.ts';
import { type Catalog, canBeKey } from './catalog.ts';

const KEYS_MAX = 3;
const OF_ACTIVITIES = new Set(['activity', 'time', 'key', 'activity_id', 'attribute', 'attributes']);

/** Throws `import_mapping` with all that is wrong with a mapping, if anything is. */
export function checkMapping(of: Pick<Import, 'kind' | 'columns'>, mapping: Mapping, catalog: Catalog): void {
  const problems = problemsWith(of, mapping, catalog);
  if (problems.length > 0)
    throw new UserError('import_mapping', `the mapping is wrong: ${problems.slice(0, 10).join('; ')}`);
}

/** The fields that could be meant: they go by their ids. */
function findingBy(filled: ReadonlySet<string>, { fields }: Catalog): string {
  const could = [...filled].filter((id) => canBeKey(fields.get(id) ?? { id, isKey: false }));
  return could.length > 0 ? `; it could be ${could.slice(0, 5).join(', ')}` : '';
}

function problemsWith(of: Pick<Import, 'kind' | 'columns'>, mapping: Mapping, catalog: Catalog): string[] {
  const problems: string[] = [];
  const { happened } = kinds[of.kind];
  if (mapping.columns.length !== of.columns.length) {
    problems.push(`columns: ${mapping.columns.length} are mapped and the file has ${of.columns.length}`);
  }
  const filled = new Set<string>();
  const fill = (what: string, column: string): void => {
    if (filled.has(what)) problems.push(`${column}: ${what} is filled by an earlier column`);
    filled.add(what);
  };
  for (const [i, target] of mapping.columns.entries()) {
    const column = `columns.${of.columns[i] ?? i}`;
    if (target.to === 'field') {
      const field = catalog.fields.get(target.field);
      if (!field) problems.push(`${column}: there is no field ${target.field} to be filled`);
      else if (target.inverted && field.displayType !== 'bool')
        problems.push(`${column}: ${target.field} is no yes or no that could be inverted`);
      // Several columns may say who wants none of something.
      if (!target.inverted) fill(target.field, column);
    } else if (target.to === 'new_field') {
      if (!isDisplayType(target.type) || kebab(target.name) === '')
        problems.push(`${column}: no such field can be made`);
      else fill(customFieldId(target.name, target.type, catalog.of), column);
    } else if (target.to === 'attribute') {
      if (!parseFieldId(target.attribute))
        problems.push(`${column}: "${target.attribute}" is no attribute id such as str:cm:name`);
      fill(`attribute ${target.attribute}`, column);
    } else if (target.to === 'account') {
      if (of.kind !== 'people') problems.push(`${column}: only people belong to an account`);
      else if (target.by !== 'id' && !catalog.accountKeys.has(target.by))
        problems.push(`${column}: no account can be found by ${target.by}`);
      fill(`account ${target.by}`, column);
    } else if (target.to !== 'ignore' && target.to !== 'tags') fill(target.to, column);
    if (!happened && OF_ACTIVITIES.has(target.to)) problems.push(`${column}: only activities have that`);
  }
  for (const id of mapping.mergeBy) {
    if (!filled.has(id)) problems.push(`merge_by: ${id} is filled by no column${findingBy(filled, catalog)}`);
    else if (!canBeKey(catalog.fields.get(id) ?? { id, isKey: false }))
      problems.push(`merge_by: nobody can be found by ${id}`);
  }
  const accountKeys = mapping.columns.filter((target) => target.to === 'account' && target.by !== 'id');
  if (accountKeys.length > KEYS_MAX) problems.push(`an account is found by one to ${KEYS_MAX} fields`);
  if (mapping.existingAccountsOnly !== undefined && of.kind !== 'people')
    problems.push('skip_non_existing_accounts: only people belong to an account');
  if (mapping.mergeBy.length > KEYS_MAX) problems.push(`merge_by takes one to ${KEYS_MAX} fields`);
  if (mapping.mergeBy.length === 0 && !filled.has('id'))
    problems.push(`merge_by: say by which field they are found${findingBy(filled, catalog)}`);
  if (happened) problems.push(...problemsWithActivity(mapping, catalog, filled));
  if (mapping.country && !isSupportedCountry(mapping.country)) {
    problems.push(`country: there is no "${mapping.country}"; two letters such as PT`);
  }
  if (!isTimezone(mapping.timezone)) problems.push(`timezone: "${mapping.timezone}" is none`);
  return problems;
}

function problemsWithActivity(mapping: Mapping, catalog: Catalog, filled: ReadonlySet<string>): string[] {
  if (mapping.activity === undefined) {
    return filled.has('activity') ? [] : ['activity: say which, or which column says it'];
  }
  return catalog.activities.has(mapping.activity) ? [] : [`activity: there is no ${mapping.activity}`];
}

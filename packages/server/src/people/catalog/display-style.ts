import { kebab } from '@tributary/model';
import type { DisplayStyle } from '../types.ts';
import type { DefinitionAttribute } from './store/catalog.sql.ts';

/**
 * A style may name its attribute: the id is that of the definition's attribute of this name. It is looked up where it is
 * needed and not stored, since the attributes may be replaced while the style stays.
 */
export function withAttributeId(
  style: DisplayStyle,
  attributes: readonly Pick<DefinitionAttribute, 'name' | 'field_id'>[],
): DisplayStyle {
  const { attribute_name: named, attribute_field_id: given } = style;
  if (given || !named) return style;
  const attribute = attributes.find(({ name }) => kebab(name) === kebab(named));
  return attribute ? { ...style, attribute_field_id: attribute.field_id } : style;
}

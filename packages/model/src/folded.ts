/**
 * A text in small letters, letter by letter, as PostgreSQL's `lower` has it: what is asked here and what is asked there
 * have to find the same. JavaScript makes two letters of one of these, and goes by what follows the other.
 */
export function folded(text: string): string {
  return text.replaceAll('İ', 'i').replaceAll('Σ', 'σ').toLowerCase();
}

const MAX_LENGTH = 63;

/**
 * An object's name as a label value: names have up to 253 characters, label values up to 63, and both begin and end
 * with a letter or digit. What does not fit is cut off at the end.
 */
export function labelValue(name: string): string {
  return name.slice(0, MAX_LENGTH).replace(/[^A-Za-z0-9]+$/, '');
}

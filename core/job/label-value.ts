const MAX_LENGTH = 63;

/**
 * An object's name as a label value. Names have up to 253 characters, label values up to 63; both begin and end with a
 * letter or digit. A longer name is cut at the end.
 */
export function labelValue(name: string): string {
  return /^.*[A-Z0-9]/is.exec(name.slice(0, MAX_LENGTH))?.[0] ?? '';
}

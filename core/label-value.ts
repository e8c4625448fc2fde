const MAX_LENGTH = 63;

/** An object's name as a label value: cut to 63 characters, and still ending in a letter or digit as the API server demands. */
export function labelValue(name: string): string {
  return name.slice(0, MAX_LENGTH).replace(/[^A-Za-z0-9]+$/, '');
}

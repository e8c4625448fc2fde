/** A string, with the colon that follows it if it is a name, or the beginning or end of an object. */
const TOKEN = /("(?:[^"\\]|\\.)*")\s*(:)?|[{}]/g;

/**
 * The first name that one object has more than once, at any depth. `JSON.parse` takes the last of the values, and other
 * readers take the first.
 *
 * @param json valid JSON
 */
export function repeatedName(json: string): string | undefined {
  const open: Set<string>[] = [];
  for (const [token, text, colon] of json.matchAll(TOKEN)) {
    if (token === '{') open.push(new Set());
    else if (token === '}') open.pop();
    else if (text !== undefined && colon !== undefined) {
      const name = JSON.parse(text) as string;
      const names = open.at(-1);
      if (names?.has(name) === true) return name;
      names?.add(name);
    }
  }
  return undefined;
}

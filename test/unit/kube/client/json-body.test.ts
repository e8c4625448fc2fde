import { expect, test } from 'vitest';
import { jsonBody } from '../../../../kube/client/json-body.ts';

test.each([
  ['an angle bracket', 'a < b > c', '"a \\u003c b \\u003e c"'],
  ['an ampersand', 'a && b', '"a \\u0026\\u0026 b"'],
  ['a line separator', 'a\u2028b\u2029c', '"a\\u2028b\\u2029c"'],
  ['nothing special', 'é 😀 "x" \\ \n', '"é 😀 \\"x\\" \\\\ \\n"'],
])('text with %s is written as Go does, and means the same', (_, text, json) => {
  expect(jsonBody(text)).toBe(json);
  expect(JSON.parse(jsonBody({ [text]: [text] }))).toEqual({ [text]: [text] });
});

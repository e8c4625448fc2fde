import { createHmac } from 'node:crypto';

/** How Standard Webhooks marks a key for signatures; base64 follows. */
const KEY_PREFIX = 'whsec_';
const HEADER_TEXT = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/;

/** What a signature covers. */
export interface Signed {
  id: string;
  /** When the request is sent, in milliseconds since the Unix epoch. */
  nowMs: number;
  body: string;
}

/** Whether an HTTP header can contain this text as it is. */
export function isHeaderText(text: string): boolean {
  return HEADER_TEXT.test(text);
}

/**
 * The headers that show the receiver who has sent a callback. A key of Standard Webhooks signs the request, and is not
 * sent; during a rotation there can be several, separated by blanks. Every other token is sent as it is.
 */
export function authorizationHeaders(token: string | undefined, signed: Signed): Record<string, string> {
  if (token === undefined) return {};
  if (!token.startsWith(KEY_PREFIX)) return { authorization: `Bearer ${token}` };
  const timestamp = String(Math.floor(signed.nowMs / 1000));
  const keys = token.split(/\s+/).filter((key) => key.startsWith(KEY_PREFIX));
  const content = `${signed.id}.${timestamp}.${signed.body}`;
  return {
    'webhook-id': signed.id,
    'webhook-timestamp': timestamp,
    'webhook-signature': keys.map((key) => `v1,${signatureOf(content, key)}`).join(' '),
  };
}

function signatureOf(content: string, key: string): string {
  return createHmac('sha256', Buffer.from(key.slice(KEY_PREFIX.length), 'base64'))
    .update(content)
    .digest('base64');
}

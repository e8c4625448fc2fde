import { describe, expect, it } from 'vitest';
import type { CallbackStatus } from '../../../../api/callback.ts';
import { callbackOfTemplate, receiverOf, receiverOfTemplate } from '../../../../core/callback/receiver.ts';
import { echoRun } from '../objects.ts';

const URL_OF_TEMPLATE = 'https://template.example.com';
const URL_OF_RUN = 'https://run.example.com';
const tokenSecretRef = { name: 'callback', key: 'token' };
const OF_TEMPLATE = { url: URL_OF_TEMPLATE, tokenSecretRef };
const NOTED: CallbackStatus = { state: 'Pending', attempts: 0, ...OF_TEMPLATE };

describe('the receiver of a run', () => {
  it.each([
    ['is absent', {}, undefined, undefined],
    ['is that of the template, once the status has it', {}, NOTED, OF_TEMPLATE],
    ['is its own, without the token of the template', { callbackUrl: URL_OF_RUN }, NOTED, { url: URL_OF_RUN }],
    ['is absent if it is cleared', { callbackUrl: '' }, NOTED, undefined],
    [
      'has a token',
      { callbackUrl: URL_OF_RUN, callbackToken: 'abc', callbackTokenSecretRef: tokenSecretRef },
      undefined,
      { url: URL_OF_RUN, token: 'abc', tokenSecretRef },
    ],
  ])('%s', (_, spec, callback, expected) => {
    const run = { ...echoRun(spec), ...(callback && { status: { callback } }) };
    const receiver = receiverOf(run);
    if (expected === undefined) expect(receiver).toBeUndefined();
    else expect(receiver).toEqual(expected);
  });
});

describe('the callback of a template', () => {
  it('begins when the run finishes', () => {
    expect(callbackOfTemplate(echoRun(), { runs: { callback: OF_TEMPLATE } })).toEqual(NOTED);
  });

  it.each([
    ['the run has its own', { callbackUrl: URL_OF_RUN }, { runs: { callback: OF_TEMPLATE } }],
    ['the run clears it', { callbackUrl: '' }, { runs: { callback: OF_TEMPLATE } }],
    ['the template has none', {}, { runs: {} }],
    ['the template was deleted', {}, undefined],
  ])('does not count if %s', (_, spec, template) => {
    expect(callbackOfTemplate(echoRun(spec), template)).toBeUndefined();
  });

  it.each([
    ['no map', 'https://a.b', undefined],
    ['no URL', { tokenSecretRef }, undefined],
    ['a number as its URL', { url: 7 }, undefined],
    ['an empty URL', { url: '' }, undefined],
    ['a Secret without a key', { url: URL_OF_TEMPLATE, tokenSecretRef: { name: 'a' } }, { url: URL_OF_TEMPLATE }],
    ['null as its Secret', { url: URL_OF_TEMPLATE, tokenSecretRef: null }, { url: URL_OF_TEMPLATE }],
    ['a field that nobody knows', { ...OF_TEMPLATE, more: 1 }, OF_TEMPLATE],
  ])('that was stored with %s', (_, callback, expected) => {
    expect(receiverOfTemplate({ runs: { callback } })).toEqual(expected);
  });
});

import { expect, it } from 'vitest';
import { newestOf } from '../../../../core/pods/refusal-wait.ts';
import { ago, event } from './pods.ts';

it.each([
  ['by the time of its first report', { eventTime: ago(2) }],
  ['by the time of its last report', { deprecatedLastTimestamp: ago(2) }],
  [
    'by the time of the last report of a series',
    { eventTime: ago(60), series: { count: 3, lastObservedTime: ago(2) } },
  ],
  ['by its creation, if no controller set a time', { metadata: { creationTimestamp: ago(2) } }],
])('the newest Event is found %s', (_sentence, times) => {
  const newest = event({ note: 'newest', ...times });
  const others = [event({ note: 'older', deprecatedLastTimestamp: ago(3) }), event({ note: 'of no time' })];
  expect(newestOf([others[0]!, newest, others[1]!])?.note).toBe('newest');
});

it('without Events there is no newest', () => {
  expect(newestOf([])).toBeUndefined();
});

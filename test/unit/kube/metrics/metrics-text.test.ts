import { expect, it } from 'vitest';
import { MetricsText } from '../../../../kube/metrics/metrics-text.ts';

it('is computed at most once a second, however many clients request it', async () => {
  let [time, computed] = [0, 0];
  const text = new MetricsText(
    () => Promise.resolve(`computed ${++computed}`),
    () => time,
  );
  expect(await Promise.all([text.read(), text.read()])).toEqual(['computed 1', 'computed 1']);
  time = 999;
  expect(await text.read()).toBe('computed 1');
  time = 1000;
  expect(await text.read()).toBe('computed 2');
});

it('is computed again, a second later, if that failed', async () => {
  let [time, computed] = [0, 0];
  const text = new MetricsText(
    () => (++computed === 1 ? Promise.reject(new Error('no')) : Promise.resolve('yes')),
    () => time,
  );
  await expect(text.read()).rejects.toThrow('no');
  await expect(text.read()).rejects.toThrow('no');
  time = 1000;
  expect(await text.read()).toBe('yes');
});

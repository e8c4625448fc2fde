import { describe, expect, it } from 'vitest';
import { Scene } from './fake-syncer.ts';

/** Whether the supervisor has finished, and with which exit code. */
const finished = (scene: Scene) => Promise.race([scene.supervisor.finished, Promise.resolve('no')]);

describe('the container counts as started', () => {
  it('when the syncer is ready', async () => {
    const scene = new Scene();
    scene.answer = false;
    await scene.pass(30);
    expect(scene.supervisor.started).toBe(false);
    scene.answer = true;
    await scene.pass(3);
    expect(scene.supervisor.started).toBe(true);
  });

  it.each<[string, (scene: Scene) => void]>([
    ['its first lists take long', (scene) => (scene.answer = false)],
    ['it never answers', (scene) => (scene.answer = 'nothing')],
    ['it exits again and again', (scene) => (scene.usedBytes = 2)],
  ])('after a minute if the syncer is not ready: %s', async (_why, prepare) => {
    const scene = new Scene({ killAbove: 1 });
    prepare(scene);
    await scene.pass(59);
    expect(scene.supervisor.started).toBe(false);
    await scene.pass(2);
    expect(scene.supervisor.started).toBe(true);
    expect(scene.lines).toContain('the syncer is not ready yet; admission does not wait for it longer');
  });

  it('from then on, whatever happens to the syncer', async () => {
    const scene = new Scene({ killAbove: 1 });
    await scene.pass(10);
    scene.exit();
    expect(scene.supervisor.started).toBe(true);
    scene.answer = 'nothing';
    scene.usedBytes = 2;
    await scene.pass(1_000);
    expect(scene.supervisor.started).toBe(true);
  });
});

describe('the syncer is started again', () => {
  it.each<[string, { code?: number; signal?: string }]>([
    ['it crashes', { code: 1 }],
    ['its heap is full', { signal: 'SIGABRT' }],
    ['somebody kills it', { signal: 'SIGKILL' }],
    ['it exits without a reason', { code: 0 }],
    ['it could not be started', {}],
  ])('after %s', async (_why, exit) => {
    const scene = new Scene();
    await scene.pass(10);
    scene.exit(exit);
    await scene.pass(1);
    expect(scene.spawned).toBe(2);
    expect(scene.restarts).toEqual(['exited']);
  });

  it('later each time, but within a minute', async () => {
    const scene = new Scene();
    await scene.pass(1);
    const delays: number[] = [];
    for (let i = 0; i < 9; i += 1) {
      const before = scene.spawned;
      const since = scene.now;
      scene.exit();
      while (scene.spawned === before) await scene.pass(0.5);
      delays.push(Math.round((scene.now - since) / 1000));
    }
    expect(delays).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60]);
  });

  it('at once again, after it has worked for a while', async () => {
    const scene = new Scene();
    await scene.pass(1);
    for (let i = 0; i < 6; i += 1) {
      scene.exit();
      await scene.pass(60);
    }
    await scene.pass(300);
    const before = scene.spawned;
    scene.exit();
    await scene.pass(1);
    expect(scene.spawned).toBe(before + 1);
  });

  it('when it uses more memory than the container can give', async () => {
    const scene = new Scene({ killAbove: 100 });
    scene.usedBytes = 100;
    await scene.pass(60);
    expect(scene.signals).toEqual([]);
    scene.usedBytes = 101;
    await scene.pass(0.2);
    scene.usedBytes = 50;
    await scene.pass(60);
    expect(scene.signals).toEqual(['SIGKILL']);
    expect(scene.restarts).toEqual(['memory']);
    expect(scene.lines).toContain('out of memory: raise the memory limit of the syncer');
    expect(scene.spawned).toBe(2);
  });

  it('not for its memory if the container has no limit', async () => {
    const scene = new Scene();
    scene.usedBytes = 2 ** 50;
    await scene.pass(60);
    expect(scene.signals).toEqual([]);
  });

  it('when it answers nothing for a minute', async () => {
    const scene = new Scene();
    await scene.pass(100);
    scene.answer = 'nothing';
    await scene.pass(55);
    expect(scene.signals).toEqual([]);
    await scene.pass(10);
    scene.answer = true;
    await scene.pass(100);
    expect(scene.signals).toEqual(['SIGKILL']);
    expect(scene.restarts).toEqual(['unresponsive']);
  });

  it.each([true, false])('not while it answers, ready or not: %s', async (answer) => {
    const scene = new Scene();
    scene.answer = answer;
    await scene.pass(1_000);
    expect(scene.signals).toEqual([]);
    expect(scene.spawned).toBe(1);
  });

  it('after SIGTERM, since the Pod is not being deleted', async () => {
    const scene = new Scene();
    await scene.pass(10);
    scene.supervisor.terminate();
    scene.supervisor.terminate();
    await scene.pass(10);
    expect(scene.signals).toEqual(['SIGTERM']);
    expect(scene.restarts).toEqual(['terminated']);
    expect(scene.spawned).toBe(2);
    expect(await finished(scene)).toBe('no');
  });

  it('after SIGTERM also if it does not stop by itself', async () => {
    const scene = new Scene();
    await scene.pass(10);
    scene.stops = false;
    scene.supervisor.terminate();
    await scene.pass(20);
    expect(scene.signals).toEqual(['SIGTERM']);
    await scene.pass(10);
    expect(scene.signals).toEqual(['SIGTERM', 'SIGKILL']);
    expect(scene.spawned).toBe(2);
  });
});

describe('the supervisor finishes', () => {
  it('with the syncer, once the Pod is being deleted', async () => {
    const scene = new Scene();
    await scene.pass(10);
    scene.stops = false;
    scene.supervisor.stop();
    await scene.pass(10);
    expect(await finished(scene)).toBe('no');
    scene.exit({ code: 0 });
    await scene.pass(100);
    expect(await finished(scene)).toBe(0);
    expect(scene.signals).toEqual(['SIGTERM']);
    expect(scene.spawned).toBe(1);
  });

  it('at once if no syncer runs', async () => {
    const scene = new Scene();
    await scene.pass(1);
    scene.exit();
    scene.supervisor.stop();
    await scene.pass(100);
    expect(await finished(scene)).toBe(0);
    expect(scene.spawned).toBe(1);
  });

  it('with the code of a syncer whose configuration is wrong', async () => {
    const scene = new Scene();
    await scene.pass(1);
    scene.exit({ code: 2 });
    expect(await finished(scene)).toBe(2);
  });
});

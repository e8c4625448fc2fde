import { describe, expect, it } from 'vitest';
import { LineSplitter } from '../../../../cli/logs/line-splitter.ts';
import { piecesOf } from './log-kit.ts';

const STAMP = '2026-11-29T12:00:00.000000001Z';

describe('LineSplitter', () => {
  it('separates timestamp and text', () => {
    const [piece, ...more] = piecesOf(`${STAMP} some text \r\n`);
    expect(more).toEqual([]);
    expect(piece).toMatchObject({ stamp: STAMP, time: { nanos: 1 }, first: true, last: true, newline: true });
    expect(piece!.bytes.toString()).toBe('some text \r');
  });

  it.each([
    ['an empty line', `${STAMP} \n`, ''],
    ['bytes that are not text', Buffer.concat([Buffer.from(`${STAMP} `), Buffer.from([0, 255, 10])]), '\u0000\ufffd'],
    ['a line that looks like two timestamps', `${STAMP} ${STAMP} x\n`, `${STAMP} x`],
  ])('takes %s as it is', (_, text, expected) => {
    expect(piecesOf(text).map(({ bytes }) => bytes.toString())).toEqual([expected]);
  });

  it('finds no timestamp in a message of the kubelet', () => {
    const [piece] = piecesOf('unable to retrieve container logs for containerd://1\n');
    expect(piece).toMatchObject({
      time: undefined,
      stamp: '',
      bytes: Buffer.from('unable to retrieve container logs for containerd://1'),
    });
  });

  it('yields the end of an output without a newline', () => {
    expect(piecesOf(`${STAMP} a\n${STAMP} b`).map(({ newline }) => newline)).toEqual([true, false]);
  });

  it('splits a long line, and holds no more than a piece', () => {
    const splitter = new LineSplitter(100);
    const pieces = splitter.push(Buffer.from(`${STAMP} ${'x'.repeat(250)}`));
    pieces.push(...splitter.push(Buffer.from('y\n')));
    expect(pieces.map(({ first, last, stamp }) => [first, last, stamp])).toEqual([
      [true, false, STAMP],
      [false, true, STAMP],
    ]);
    expect(Buffer.concat(pieces.map(({ bytes }) => bytes)).toString()).toBe(`${'x'.repeat(250)}y`);
  });
});

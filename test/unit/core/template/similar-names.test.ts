import { describe, expect, it } from 'vitest';
import { SimilarNames } from '../../../../core/template/similar-names.ts';

describe('the parameter that a word may mean', () => {
  it('is the most similar one', () => {
    const similar = new SimilarNames(['image', 'images', 'message']);
    expect(similar.to('imgae')).toBe('image');
    expect(similar.to('imgae')).toBe('image');
    expect(similar.to('queue')).toBeUndefined();
  });

  it('is not looked for after thirty words, so that the work for a template is bounded', () => {
    const similar = new SimilarNames(['image']);
    for (let word = 0; word < 29; word++) similar.to(`other${word}`);
    expect(similar.to('imgae')).toBe('image');
    expect(similar.to('mage')).toBeUndefined();
    expect(similar.to('imgae')).toBe('image');
  });
});

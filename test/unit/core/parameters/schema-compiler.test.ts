import { describe, expect, it } from 'vitest';
import { SchemaCompiler } from '../../../../core/parameters/schema-compiler.ts';

describe('the compiler of schemas', () => {
  it('compiles a pattern once', () => {
    const schemas = new SchemaCompiler();
    expect(schemas.pattern('^a+$')).toBe(schemas.pattern('^a+$'));
  });

  it('stores what is wrong with a pattern', () => {
    expect(new SchemaCompiler().pattern('(')).toHaveProperty('error');
  });

  it('indexes an enum once', () => {
    const schemas = new SchemaCompiler();
    const values = ['a', 1, true];
    expect(schemas.valuesOf(values)).toBe(schemas.valuesOf(values));
    expect([...schemas.valuesOf(values)]).toEqual(values);
  });
});

import { describe, expect, it } from 'vitest';
import type { ParameterSchema } from '../../../../api/parameter.ts';
import { SchemaCompiler } from '../../../../core/parameters/schema-compiler.ts';

describe('a compiled pattern', () => {
  it('is compiled once for each source', () => {
    const schemas = new SchemaCompiler();
    expect(schemas.pattern('^a$')).toBe(schemas.pattern('^a$'));
    expect(schemas.pattern('^b$')).toMatchObject({ pattern: { source: '^b$' } });
  });

  it('is an error if the source is not a regular expression', () => {
    expect(new SchemaCompiler().pattern('(')).toHaveProperty('error');
  });
});

describe('a validator', () => {
  const accepts = (schema: ParameterSchema, value: unknown) => new SchemaCompiler().validator(schema)(value);

  it('is compiled once for each schema', () => {
    const schemas = new SchemaCompiler();
    const [one, other]: ParameterSchema[] = [{ type: 'string' }, { type: 'integer' }];
    expect(schemas.validator(one!)).toBe(schemas.validator(one!));
    expect(schemas.validator(one!)('a')).toBe(true);
    expect(schemas.validator(other!)('a')).toBe(false);
    expect(schemas.validator(other!)(1)).toBe(true);
  });

  it('treats null in a schema as absent', () => {
    const schema = { type: 'string', maxLength: null, pattern: null, enum: null } as unknown as ParameterSchema;
    expect(accepts(schema, 'any')).toBe(true);
  });

  it('ignores unknown keywords', () => {
    expect(accepts({ type: 'string', later: 1 } as ParameterSchema, 'a')).toBe(true);
  });

  it('matches with RE2, anywhere in the text', () => {
    expect(accepts({ type: 'string', pattern: '(?i)B', maxLength: 9 }, 'abc')).toBe(true);
    expect(accepts({ type: 'string', pattern: '^b', maxLength: 9 }, 'abc')).toBe(false);
  });

  it('distinguishes two patterns of one template', () => {
    const schemas = new SchemaCompiler();
    const letters = schemas.validator({ type: 'string', pattern: '^[a-z]+$', maxLength: 9 });
    const digits = schemas.validator({ type: 'string', pattern: '^[0-9]+$', maxLength: 9 });
    expect([letters('a'), letters('1'), digits('a'), digits('1')]).toEqual([true, false, false, true]);
  });

  it('accepts nothing if the pattern is invalid', () => {
    expect(accepts({ type: 'string', pattern: '(', maxLength: 9 }, '(')).toBe(false);
  });

  it('reports every mistake, with the value', () => {
    const validate = new SchemaCompiler().validator({ type: 'string', pattern: '^a', minLength: 5, maxLength: 9 });
    validate('b');
    expect(validate.errors).toMatchObject([
      { keyword: 'minLength', data: 'b' },
      { keyword: 'pattern', data: 'b' },
    ]);
  });

  it('does not match a string that is already rejected for its length', () => {
    const validate = new SchemaCompiler().validator({ type: 'string', pattern: '^a', maxLength: 9 });
    const mistakes = (text: string) => (validate(text), validate.errors?.map(({ keyword }) => keyword));
    expect(mistakes('b'.repeat(8192))).toEqual(['maxLength', 'pattern']);
    expect(mistakes('b'.repeat(8193))).toEqual(['maxLength']);
  });
});

import { Ajv } from 'ajv';
import { expect, it } from 'vitest';
import { checkResultSchema } from '../../schemas/check-result.ts';

it('the schema of the result is the one readers in other languages get', async () => {
  const text = `${JSON.stringify(checkResultSchema, undefined, 2)}\n`;
  await expect(text).toMatchFileSnapshot('../../schemas/check-result.schema.json');
});

it('the schema is one', () => {
  const ajv = new Ajv({ strict: true, allowUnionTypes: true, formats: { date: true, 'date-time': true } });
  expect(() => ajv.compile(checkResultSchema)).not.toThrow();
});

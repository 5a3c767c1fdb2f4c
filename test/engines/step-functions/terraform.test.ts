import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { opinions } from './opinions.ts';
import { type Parameter, ROOT, TEMPLATE, type TransformedFile, transformTemplate } from './template.ts';

/** The Terraform module against the stack it makes. Neither provider nor stack is run: the module is parsed. */

const MODULE = join(ROOT, 'jobs/terraform');

/** A value as the parser of HCL gives it: a list of one. */
interface Variable {
  readonly type: readonly [string];
  readonly description: readonly [string];
  readonly default?: readonly [unknown];
  readonly validation?: readonly unknown[];
  readonly file: string;
}

interface Parsed {
  readonly variables: Readonly<Record<string, Variable>>;
  readonly outputs: Readonly<
    Record<string, { readonly description: readonly [string]; readonly value: readonly [string] }>
  >;
  readonly files: readonly string[];
}

let parsed: Parsed;
let transformed: TransformedFile;
beforeAll(async () => {
  const script = fileURLToPath(new URL('./parse_hcl.py', import.meta.url));
  const { code, stdout, stderr } = await opinions.run('python', [script, MODULE]);
  if (code !== 0) throw new Error(stderr);
  parsed = JSON.parse(stdout) as Parsed;
  transformed = await transformTemplate();
});
afterAll(() => rm(transformed.folder, { recursive: true, force: true }));

const snakeCase = (name: string) => name.replaceAll(/(?<!^)(?=[A-Z])/g, '_').toLowerCase();

const types: Readonly<Record<string, string>> = {
  String: '${string}',
  Number: '${number}',
  CommaDelimitedList: '${list(string)}',
};

function variableFor({ Type, Default, Description }: Parameter) {
  return {
    type: [types[Type]],
    description: [Description],
    default: [Type === 'CommaDelimitedList' ? [] : Default],
  };
}

const isBounded = (parameter: Parameter) =>
  ['AllowedValues', 'AllowedPattern', 'MinValue', 'MaxValue'].some((name) => name in parameter);

describe('the Terraform module', () => {
  it('is parsed whole, examples too', () => {
    expect(parsed.files).toEqual([
      'examples/existing-bucket/main.tf',
      'examples/new-bucket/main.tf',
      'main.tf',
      'outputs.tf',
      'settings.tf',
      'variables.tf',
      'versions.tf',
    ]);
  });

  it('has a variable for each parameter of the stack, with its type, default and words, and no other', () => {
    const variables = Object.entries(parsed.variables).filter(([, { file }]) => file === 'variables.tf');
    const kept = variables.map(([name, { type, description, default: value }]) => [
      name,
      { type, description, default: value },
    ]);
    const { Parameters } = transformed.template;
    const wanted = Object.entries(Parameters).map(([name, parameter]) => [
      snakeCase(name),
      variableFor(parameter),
    ]);
    expect(Object.fromEntries(kept)).toEqual(Object.fromEntries(wanted));
  });

  it('judges each value that the stack bounds', () => {
    for (const [name, parameter] of Object.entries(transformed.template.Parameters))
      expect(parsed.variables[snakeCase(name)]?.validation !== undefined, name).toBe(isBounded(parameter));
  });

  it('hands every parameter to the stack', async () => {
    const text = await readFile(join(MODULE, 'main.tf'), 'utf8');
    for (const name of Object.keys(transformed.template.Parameters))
      expect(text).toMatch(new RegExp(`^ {4}${name} += .*\\bvar\\.${snakeCase(name)}\\b`, 'm'));
  });

  it('gives every output of the stack, and no other', () => {
    const wanted = Object.entries(transformed.template.Outputs).map(([name, { Description }]) => [
      snakeCase(name),
      [Description, `\${aws_cloudformation_stack.this.outputs["${name}"]}`],
    ]);
    const given = Object.entries(parsed.outputs).map(([name, { description, value }]) => [
      name,
      [description[0], value[0]],
    ]);
    expect(Object.fromEntries(given)).toEqual(Object.fromEntries(wanted));
  });

  it('replaces the places of files that the template has', async () => {
    const template = await readFile(TEMPLATE, 'utf8');
    const text = await readFile(join(MODULE, 'main.tf'), 'utf8');
    const replaced = Array.from(
      text.matchAll(/^ +"((?:CodeUri|DefinitionUri): [^"$]+)",$/gm),
      ([, place = '']) => place,
    );
    const places = Array.from(template.matchAll(/(?:CodeUri|DefinitionUri): .*/g), ([place]) => place);
    expect(replaced.toSorted()).toEqual(places.toSorted());
  });
});

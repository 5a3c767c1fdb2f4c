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
  readonly resources: Readonly<
    Record<string, { readonly key?: readonly [string]; readonly lifecycle?: readonly object[] }>
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

/** The condition that says what the template says of a parameter; undefined where it takes anything. */
function conditionFor(name: string, parameter: Parameter): string | undefined {
  const { AllowedValues, AllowedPattern, MinValue, MaxValue } = parameter;
  const variable = `var.${snakeCase(name)}`;
  if (AllowedValues) return `contains(${JSON.stringify(AllowedValues).replaceAll(',', ', ')}, ${variable})`;
  // CloudFormation holds a pattern against the whole value.
  if (AllowedPattern) return `can(regex("^(${AllowedPattern.replaceAll('\\', '\\\\')})$", ${variable}))`;
  const bounds = [
    ...(MinValue === undefined ? [] : [`${variable} >= ${MinValue}`]),
    ...(MaxValue === undefined ? [] : [`${variable} <= ${MaxValue}`]),
  ];
  return bounds.length === 0 ? undefined : bounds.join(' && ');
}

/** What stands after `condition =` in each variable's block, by the variable's name. */
async function conditions(): Promise<Readonly<Record<string, string>>> {
  const text = await readFile(join(MODULE, 'variables.tf'), 'utf8');
  const blocks = text.matchAll(/^variable "(\w+)" \{\n(.*?)^\}$/gms);
  return Object.fromEntries(
    Array.from(blocks, ([, name = '', block = '']) => [name, /^ +condition += (.*)$/m.exec(block)?.[1]]),
  ) as Readonly<Record<string, string>>;
}

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

  it('judges each value that the stack bounds, as the stack does', async () => {
    const wanted = Object.entries(transformed.template.Parameters).map(([name, parameter]) => [
      snakeCase(name),
      conditionFor(name, parameter),
    ]);
    expect(await conditions()).toEqual(Object.fromEntries(wanted));
    for (const [name, { validation = [] }] of Object.entries(parsed.variables))
      expect(validation.length, name).toBeLessThanOrEqual(1);
  });

  it('leaves what the stack was made of in the bucket until the stack has been updated', () => {
    const objects = uploaded();
    expect(objects.map(([name]) => name).toSorted()).toEqual(
      ['bundle', 'definition', 'template'].map((name) => `aws_s3_object.${name}`),
    );
    for (const [name, { lifecycle }] of objects)
      expect(lifecycle, name).toEqual([{ create_before_destroy: [true] }]);
  });

  it('shares no object with another module in the same bucket', () => {
    // The parser of HCL keeps the quotes of a text that holds another.
    for (const [name, { key }] of uploaded())
      expect(key?.[0], name).toMatch(/^(?:\$\{")?\$\{var\.code_prefix\}\/\$\{var\.name\}\//);
  });

  function uploaded() {
    return Object.entries(parsed.resources).filter(([name]) => name.startsWith('aws_s3_object.'));
  }

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

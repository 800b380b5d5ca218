import { XMLParser, XMLValidator } from 'fast-xml-parser';

/** What an element may hold. Everything of it that is not listed here is not allowed. */
interface ElementRule {
  readonly required: readonly string[];
  readonly optional: readonly string[];
  readonly children: readonly string[];
  readonly hasText: boolean;
}

const verdict: ElementRule = {
  required: [],
  optional: ['type', 'message'],
  children: [],
  hasText: true,
};
const text: ElementRule = { required: [], optional: [], children: [], hasText: true };

/**
 * The elements of JUnit XML as junit-10.xsd of Jenkins's xUnit plugin has them, without those of
 * reruns. Children may stand in any order and number.
 */
const junit: Readonly<Record<string, ElementRule>> = {
  testsuites: {
    required: [],
    optional: ['name', 'time', 'tests', 'failures', 'errors'],
    children: ['testsuite'],
    hasText: false,
  },
  testsuite: {
    required: ['name', 'tests', 'failures', 'errors'],
    optional: [
      ...['group', 'time', 'skipped', 'timestamp', 'hostname', 'id', 'package', 'file', 'log'],
      ...['url', 'version'],
    ],
    children: ['testsuite', 'properties', 'testcase', 'system-out', 'system-err'],
    hasText: false,
  },
  testcase: {
    required: ['name'],
    optional: ['time', 'classname', 'group'],
    children: ['skipped', 'error', 'failure', 'system-out', 'system-err'],
    hasText: false,
  },
  skipped: verdict,
  error: verdict,
  failure: verdict,
  'system-out': text,
  'system-err': text,
  properties: { required: [], optional: [], children: ['property'], hasText: false },
  property: { required: ['name', 'value'], optional: [], children: [], hasText: false },
};

export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  readonly text: string;
}

/** The root element of an XML document. @throws Error when it is not well-formed */
export function parseXml(document: string): XmlElement {
  const valid = XMLValidator.validate(document);
  if (valid !== true) throw new Error(`${valid.err.msg} in line ${valid.err.line}`);
  const parser = new XMLParser({
    preserveOrder: true,
    ignoreAttributes: false,
    attributeNamePrefix: '',
    parseTagValue: false,
    parseAttributeValue: false,
    trimValues: false,
    ignoreDeclaration: true,
  });
  const roots = elements(parser.parse(document) as Node[]);
  if (roots.length !== 1) throw new Error(`${roots.length} root elements`);
  return roots[0]!;
}

type Node = Record<string, Node[] | Record<string, string> | string>;

function elements(nodes: readonly Node[]): XmlElement[] {
  return nodes.flatMap((node) => {
    const name = Object.keys(node).find((key) => key !== ':@' && key !== '#text');
    if (name === undefined) return [];
    const inside = node[name] as Node[];
    const texts = inside.flatMap((child) => ('#text' in child ? [child['#text'] as string] : []));
    const attributes = (node[':@'] ?? {}) as Record<string, string>;
    return [{ name, attributes, children: elements(inside), text: texts.join('') }];
  });
}

/** What of a document is not as the schema of JUnit XML wants it, and counts that are wrong. */
export function junitProblems(document: string): string[] {
  const root = parseXml(document);
  if (root.name !== 'testsuites' && root.name !== 'testsuite') return [`the root is ${root.name}`];
  return problemsOf(root);
}

function problemsOf(element: XmlElement): string[] {
  const { name, attributes, children } = element;
  const rule = junit[name];
  if (rule === undefined) return [`no element ${name}`];
  const allowed = [...rule.required, ...rule.optional];
  return [
    ...rule.required
      .filter((each) => !(each in attributes))
      .map((each) => `${name} has no ${each}`),
    ...Object.keys(attributes)
      .filter((each) => !allowed.includes(each))
      .map((each) => `${name} may not have ${each}`),
    ...children
      .filter((child) => !rule.children.includes(child.name))
      .map((child) => `${name} may not hold ${child.name}`),
    ...(!rule.hasText && element.text.trim() !== '' ? [`${name} may not hold text`] : []),
    ...(name === 'testsuite' ? countProblems(element) : []),
    ...children.flatMap(problemsOf),
  ];
}

/** The counts of a suite say how many of its cases have which verdict. */
function countProblems({ attributes, children }: XmlElement): string[] {
  const cases = children.filter(({ name }) => name === 'testcase');
  const having = (verdictName: string) =>
    cases.filter((each) => each.children.some(({ name }) => name === verdictName)).length;
  const counts = {
    tests: cases.length,
    failures: having('failure'),
    errors: having('error'),
    skipped: having('skipped'),
  };
  return Object.entries(counts)
    .filter(([name, count]) => attributes[name] !== undefined && attributes[name] !== `${count}`)
    .map(([name, count]) => `${name} is ${attributes[name]} of ${count}`);
}

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === 'string';
const isNumber: Check = (value) => typeof value === 'number' && Number.isFinite(value);
const oneOf =
  (...values: readonly string[]): Check =>
  (value) =>
    values.includes(value as string);
const isObject: Check = (value) => typeof value === 'object' && value !== null;
const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);

const isFormat = oneOf('text', 'html', 'simple_format', 'md', 'ansi');
const isVisibility = oneOf('hidden', 'after_due_date', 'after_published', 'visible');

/** Fields of results.json: gradescope-autograders.readthedocs.io, "Autograder Specifications". */
const gradescope: Readonly<Record<'results' | 'test' | 'leaderboard', Record<string, Check>>> = {
  results: {
    score: isNumber,
    execution_time: isNumber,
    output: isText,
    output_format: isFormat,
    test_output_format: isFormat,
    test_name_format: isFormat,
    visibility: isVisibility,
    stdout_visibility: isVisibility,
    extra_data: isObject,
    tests: listOf(isObject),
    leaderboard: listOf(isObject),
  },
  test: {
    score: isNumber,
    max_score: isNumber,
    status: oneOf('passed', 'failed'),
    name: isText,
    name_format: isFormat,
    number: isText,
    output: isText,
    output_format: isFormat,
    tags: listOf(isText),
    visibility: isVisibility,
    extra_data: isObject,
  },
  leaderboard: {
    name: isText,
    value: (value) => isText(value) || isNumber(value),
    order: oneOf('asc', 'desc'),
  },
};

/** What of a results.json is not as Gradescope's documentation wants it. */
export function gradescopeProblems(results: Readonly<Record<string, unknown>>): string[] {
  const { tests = [], leaderboard = [] } = results as Record<string, Record<string, unknown>[]>;
  const needed = 'score' in results || tests.every((test) => 'score' in test);
  return [
    ...(needed ? [] : ['neither the results nor every test has a score']),
    ...fieldProblems('results', results),
    ...tests.flatMap((test) => fieldProblems('test', test)),
    ...leaderboard.flatMap((row) => fieldProblems('leaderboard', row)),
  ];
}

function fieldProblems(kind: keyof typeof gradescope, value: Record<string, unknown>): string[] {
  return Object.entries(value)
    .filter(([name, field]) => gradescope[kind][name]?.(field) !== true)
    .map(([name, field]) => `${kind}: ${name} is ${JSON.stringify(field)}`);
}

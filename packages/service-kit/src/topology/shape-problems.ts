import type { Type } from 'typebox';
import { Settings } from 'typebox/system';
import type { TLocalizedValidationError } from 'typebox/error';
import { Errors } from 'typebox/value';

import { closestWord, listWords } from '../suggestion.ts';
import { describeKind, describePath, valueAt } from './document.ts';
import { topologySchema } from './topology-file.ts';
import type { Path } from './yaml-source.ts';

/** Something wrong with the value, or with the key, at a path. */
export interface Finding {
  readonly path: Path;
  /** Which of the two to point at. */
  readonly part: 'key' | 'value';
  readonly message: string;
}

/** What of JSON Schema is used to tell what would have been right. */
interface SchemaNode {
  readonly type?: string;
  readonly properties?: Record<string, SchemaNode>;
  readonly patternProperties?: Record<string, SchemaNode>;
  readonly items?: SchemaNode;
  readonly examples?: readonly (string | number)[];
}

const words: Record<string, string> = {
  object: 'a map',
  array: 'a list',
  string: 'a string',
  number: 'a number',
  integer: 'a positive integer',
  boolean: 'true or false',
};

/**
 * Compares a parsed document with the schema and says in plain words where it differs.
 *
 * @param base where the document stands in the file, when it is only a part of it.
 */
export function findShapeProblems(
  document: unknown,
  schema: Type.TSchema = topologySchema,
  base: Path = [],
): Finding[] {
  return validate(document, schema).flatMap((error) => {
    const inner = parsePointer(error.instancePath, document);
    const path = [...base, ...inner];
    const at = describePath(path);
    const value = valueAt(document, ...inner);
    const found: SchemaNode | undefined = schemaAt(schema, inner);
    const where: Omit<Finding, 'message'> = { path, part: 'value' };
    // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- the schema uses no other keywords
    switch (error.keyword) {
      case 'type': {
        // A constant is reported a second time by its own keyword.
        if (path[0] === 'version') return [];
        const type = words[String(error.params.type)] ?? String(error.params.type);
        return [
          { ...where, message: `${at || 'the file'} must be ${type}${exampleAt(found)}, got ${show(value, type)}` },
        ];
      }
      case 'minimum':
        return [{ ...where, message: `${at} must be a positive integer, got ${String(value)}` }];
      case 'exclusiveMinimum':
        return [{ ...where, message: `${at} must be above ${error.params.limit}, got ${String(value)}` }];
      case 'maximum':
        return [{ ...where, message: `${at} must be at most ${error.params.limit}, got ${String(value)}` }];
      case 'const':
        return [{ ...where, message: `${at} is ${show(value)}; this program reads version 1, so write version: 1` }];
      case 'enum':
        return [{ ...where, message: `${at} is ${show(value)}; ${hintEnum(value, error.params.allowedValues)}` }];
      case 'required':
        return error.params.requiredProperties.map((key) => ({
          path,
          part: 'key',
          message: `${at || 'the file'} has no ${key}; add ${key}: ${exampleOf(schemaAt(schema, [...inner, key]))}`,
        }));
      case 'additionalProperties':
        return error.params.additionalProperties.map((key) => ({
          path: [...path, key],
          part: 'key',
          message: `unknown key ${show(key)} in ${at || 'the file'}; ${hintKey(key, found)}`,
        }));
      case 'minItems':
      case 'minProperties':
      case 'minLength':
        return [{ ...where, message: `${at} is empty; write ${String(path.at(-1))}: ${exampleOf(found)}` }];
      default:
        // `additionalProperties: false` also reports each key by the keyword `boolean`.
        return [];
    }
  });
}

/** Every error: the library stops at eight of them unless told otherwise. */
function validate(document: unknown, schema: Type.TSchema): TLocalizedValidationError[] {
  const { maxErrors } = Settings.Get();
  Settings.Set({ maxErrors: Number.MAX_SAFE_INTEGER });
  try {
    return Errors(schema, document);
  } finally {
    Settings.Set({ maxErrors });
  }
}

function parsePointer(pointer: string, document: unknown): (string | number)[] {
  const path: (string | number)[] = [];
  for (const step of pointer.split('/').slice(1)) {
    const isIndex = Array.isArray(valueAt(document, ...path));
    path.push(isIndex ? Number(step) : step.replaceAll('~1', '/').replaceAll('~0', '~'));
  }
  return path;
}

function schemaAt(root: Type.TSchema, path: Path): SchemaNode | undefined {
  let schema: SchemaNode | undefined = root;
  for (const step of path) {
    if (typeof step === 'number') schema = schema?.items;
    else schema = schema?.properties?.[step] ?? Object.values(schema?.patternProperties ?? {})[0];
  }
  return schema;
}

function exampleOf(schema: SchemaNode | undefined): string {
  return String(schema?.examples?.[0] ?? '…');
}

function exampleAt(schema: SchemaNode | undefined): string {
  const example = schema?.type === 'boolean' ? undefined : schema?.examples?.[0];
  return example === undefined ? '' : ` such as ${String(example)}`;
}

function hintKey(key: string, schema: SchemaNode | undefined): string {
  const known = Object.keys(schema?.properties ?? {});
  const close = closestWord(key, known);
  return close === undefined ? `known keys are ${listWords(known)}` : `did you mean ${show(close)}?`;
}

function hintEnum(value: unknown, allowed: readonly unknown[]): string {
  const known = allowed.map(String);
  const choice = listWords(known, 'or');
  const close = closestWord(String(value), known);
  return close === undefined ? `it must be ${choice}` : `it must be ${choice}; did you mean ${show(close)}?`;
}

/** Scalars as they are, unless a kind was wanted: then the kind that was found. */
function show(value: unknown, wanted?: string): string {
  const isNumber = typeof value === 'number' && wanted !== 'a string';
  if (isNumber || (typeof value === 'string' && wanted === undefined)) return JSON.stringify(value);
  return describeKind(value);
}

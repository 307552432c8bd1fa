import { describeKind, describePath, entriesOf, valueAt } from './document.ts';
import {
  bitsExample,
  compressionBitsSchema,
  contentFlagsSchema,
  ownTypeCodes,
  typesExample,
} from './sections/values-section.ts';
import { type Finding, findShapeProblems } from './shape-problems.ts';
import type { Path } from './yaml-source.ts';

const compressions = ['gzip', 'zlib', 'deflate'] as const;
const maxMask = 0xffff_ffff;
const mediaType = /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+(?:; ?[\w-]+=[\w.:-]+)*$/;

/** Looks at what the schema cannot say of the section `values` of a proxy. */
export function findValuesProblems(path: Path, values: unknown): Finding[] {
  return [
    ...contentFlagsProblems([...path, 'contentFlags'], valueAt(values, 'contentFlags')),
    ...compressionProblems([...path, 'compression'], valueAt(values, 'compression')),
  ];
}

function contentFlagsProblems(path: Path, flags: unknown): Finding[] {
  if (flags === undefined || typeof flags === 'boolean') return [];
  if (describeKind(flags) !== 'a map') {
    const message = `${describePath(path)} must be true, false or a map such as ${typesExample}, got ${describeKind(flags)}`;
    return [finding(path, message)];
  }
  return [
    ...findShapeProblems(flags, contentFlagsSchema, path),
    ...entriesOf(valueAt(flags, 'types')).flatMap(([code, type]) => typeProblems([...path, 'types', code], code, type)),
  ];
}

function typeProblems(path: Path, code: string, type: unknown): Finding[] {
  const { first, last } = ownTypeCodes;
  const isOwn = /^\d{1,2}$/.test(code) && Number(code) >= first && Number(code) <= last;
  const problems: Finding[] = [];
  if (!isOwn) {
    const message = `${JSON.stringify(code)} is not a code for a content type of your own; use ${first} to ${last}`;
    problems.push({ path, part: 'key', message });
  }
  if (typeof type === 'string' && !mediaType.test(type)) {
    const message = `${JSON.stringify(type)} is not a media type; write it as in application/vnd.acme+json`;
    problems.push(finding(path, message));
  }
  return problems;
}

function compressionProblems(path: Path, compression: unknown): Finding[] {
  const masks = new Map<number, string>();
  return compressions.flatMap((name) => {
    const bits = valueAt(compression, name);
    if (bits === undefined) return [];
    const where: Path = [...path, name];
    const problems = bitsProblems(where, bits);
    const mask = typeof bits === 'number' ? bits : valueAt(bits, 'mask');
    if (problems.length > 0 || typeof mask !== 'number') return problems;
    const taken = masks.get(mask);
    masks.set(mask, taken ?? name);
    if (taken === undefined) return [];
    const message = `the mask 0x${mask.toString(16)} is already that of ${taken}; flags can say only one of the two`;
    return [finding(typeof bits === 'number' ? where : [...where, 'mask'], message)];
  });
}

function bitsProblems(path: Path, bits: unknown): Finding[] {
  if (describeKind(bits) === 'a map') return findShapeProblems(bits, compressionBitsSchema, path);
  const isMask = Number.isInteger(bits) && (bits as number) >= 1 && (bits as number) <= maxMask;
  if (isMask) return [];
  const got = typeof bits === 'number' ? String(bits) : describeKind(bits);
  const message = `${describePath(path)} must be a mask of 32 bits such as 0x2, or a map such as ${bitsExample}, got ${got}`;
  return [finding(path, message)];
}

function finding(path: Path, message: string): Finding {
  return { path, part: 'value', message };
}

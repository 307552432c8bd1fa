import { expect, it } from 'vitest';

import { paths as nodesPaths } from '../../../src/http/nodes/openapi.ts';
import { paths as pushPaths } from '../../../src/http/push/openapi.ts';
import { STREAM_TYPES } from '../../../src/http/push/stream-format.ts';

interface Operation {
  readonly parameters: readonly { readonly name: string; readonly in: string }[];
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content?: object }>>;
}

const operations = Object.entries({ ...nodesPaths, ...pushPaths }).flatMap(([path, item]) =>
  Object.entries(item as Record<string, Operation>).map(([method, operation]) => ({ path, method, operation })),
);

it.each(operations)('describes $method $path with all that it needs', ({ path, method, operation }) => {
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
  expect(operation.parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => name)).toEqual(inPath);
  expect(Object.values(operation.responses).every(({ description }) => description.endsWith('.'))).toBe(true);
  const types = Object.keys(operation.responses['200']?.content ?? {}).toSorted();
  expect(types).toEqual(method === 'get' ? Object.values(STREAM_TYPES).toSorted() : ['application/json']);
});

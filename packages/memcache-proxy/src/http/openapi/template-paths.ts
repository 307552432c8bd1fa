import type { KeyParam, KeyTemplate } from '../templates/key-template.ts';
import { parseUrlPattern } from '../templates/url-pattern.ts';
import { problemResponse } from './parts.ts';
import { deleteOperation, putOperation, readOperations } from './value-parts.ts';

/** The paths of key templates, from their URLs and the rules of their parameters. */
export function templatePaths(templates: readonly KeyTemplate[], prefix = ''): Record<string, object> {
  return Object.fromEntries(
    templates.map((template, index) => {
      const { segments, query } = parseUrlPattern(template.url);
      const { params = {} } = template;
      const path = segments.map((segment) => ('text' in segment ? segment.text : `{${segment.param}}`)).join('/');
      const inPath = segments.flatMap((segment) =>
        'text' in segment ? [] : [describe('path', segment.param, params[segment.param])],
      );
      const inQuery = Array.from(query, ([name, param]) => describe('query', name, params[param]));
      const ofReader = (template.readerParams ?? []).map((reader) => ({
        name: reader,
        in: 'query',
        required: false,
        schema: { type: 'string' },
      }));
      const name = `Template${index}`;
      const writes = template.isWritable === true ? { put: putOperation(name), delete: deleteOperation(name) } : {};
      return [
        `${prefix}/${path}`,
        { parameters: [...inPath, ...inQuery, ...ofReader], ...readOperationsOf(template, name), ...writes },
      ];
    }),
  );
}

/** Whoever reads in place of the pools may wait for a source. */
function readOperationsOf({ readerParams }: KeyTemplate, name: string): object {
  return readOperations(name, [], readerParams === undefined ? {} : late);
}

const late = { 504: problemResponse('There is no value, and its source did not have it in time') };

function describe(place: 'path' | 'query', name: string, param: KeyParam = {}): object {
  const { min, max, allow, pattern, maxLength = 100 } = param;
  const schema = {
    type: param.integer === true ? 'integer' : 'string',
    ...(param.integer === true ? {} : { maxLength }),
    ...(min === undefined ? {} : { minimum: min }),
    ...(max === undefined ? {} : { maximum: max }),
    ...(allow === undefined ? {} : { enum: allow }),
    ...(pattern === undefined ? {} : { pattern }),
    ...(param.default === undefined ? {} : { default: param.default }),
  };
  const required = place === 'path' || param.default === undefined;
  return { name, in: place, required, schema: param.list === true ? { type: 'array', items: schema } : schema };
}

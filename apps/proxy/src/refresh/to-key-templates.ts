import type { KeyTemplate } from '@lockstep/memcache-proxy';
import { createIdParams } from '@lockstep/refresh';
import type { ProxyRegion } from '@lockstep/service-kit';

import { partParams } from './asked-part.ts';

/** A template as the topology has it; `refresh` names the source that it serves. */
export type ServedTemplate = KeyTemplate & {
  readonly refresh?: string;
  /** Whether the id in its keys is one parameter, which the source has plain. */
  readonly hasPlainId?: boolean;
};

/** The templates of a proxy; those that serve a source take the parameters that say what of an entry is read. */
export function toKeyTemplates({ templates = [] }: Pick<ProxyRegion, 'templates'>): ServedTemplate[] {
  return templates.map((template) => {
    const { refresh } = template;
    if (refresh === undefined) return template;
    const keys = templates.filter((other) => other.refresh === refresh).map(({ key }) => key);
    return { ...template, readerParams: partParams, hasPlainId: createIdParams(refresh, keys).isPlain };
  });
}

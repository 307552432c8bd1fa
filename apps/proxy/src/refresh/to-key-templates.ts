import type { KeyTemplate } from '@lockstep/memcache-proxy';
import type { ProxyRegion } from '@lockstep/service-kit';

import { partParams } from './asked-part.ts';

/** A template as the topology has it; `refresh` names the source that it serves. */
export type ServedTemplate = KeyTemplate & { readonly refresh?: string };

/** The templates of a proxy; those that serve a source take the parameters that say what of an entry is read. */
export function toKeyTemplates({ templates = [] }: Pick<ProxyRegion, 'templates'>): ServedTemplate[] {
  return templates.map((template) =>
    template.refresh === undefined ? template : { ...template, readerParams: partParams },
  );
}

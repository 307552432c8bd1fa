import { paths as guards } from '../guards/openapi.ts';
import { paths as nodes } from '../nodes/openapi.ts';
import { paths as push } from '../push/openapi.ts';

/** The paths of the other plugins of this package. */
export const fragmentPaths: Readonly<Record<string, object>> = { ...nodes, ...push, ...guards };

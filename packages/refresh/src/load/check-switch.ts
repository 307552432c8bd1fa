import type { RefreshDefinition } from '../definition/refresh-definition.ts';
import { RefreshError } from '../refresh-error.ts';
import type { SourceSwitches } from '../worker/source-switches.ts';

/** @throws RefreshError ERR_REFRESH_DISABLED when the source must not be called. */
export async function checkSwitch(
  { name: source, enabled }: Pick<RefreshDefinition, 'name' | 'enabled'>,
  switches: Pick<SourceSwitches, 'isOn'> | undefined,
): Promise<void> {
  if (enabled && (await switches?.isOn(source)) !== false) return;
  throw new RefreshError('ERR_REFRESH_DISABLED', `${source} is switched off`, { source });
}

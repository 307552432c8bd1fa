import { type AddressEntry, compileEntries, type CompiledEntries } from './address-entry.ts';
import type { IpAddress } from './ip-address.ts';

/** Who may come in. */
export interface AddressRules {
  /** When it is not empty, nobody else may come in. @default [] */
  readonly allow?: readonly (string | AddressEntry)[];
  /** Who may not, also when `allow` has them. @default [] */
  readonly ban?: readonly (string | AddressEntry)[];
}

/** The lists of one origin, in the usual spelling. */
export interface AddressRulesSnapshot {
  readonly allow: readonly AddressEntry[];
  readonly ban: readonly AddressEntry[];
}

/** Where a list comes from: the configuration, or the admin routes. */
export type RulesOrigin = 'configured' | 'stored';

interface Layer {
  readonly allow: CompiledEntries;
  readonly ban: CompiledEntries;
}

type Layers = Readonly<Record<RulesOrigin, Layer>>;

const admittedBy: unique symbol = Symbol('lists that let it in');

/** An address, and the lists that let it in for as long as they hold: a connection asks for each of its requests. */
interface AskedAddress extends IpAddress {
  [admittedBy]?: Layers;
}

/**
 * The lists of both origins, which hold together. A replacement is checked first and then put in
 * place in one step: every request sees the old lists or the new ones.
 */
export class AddressLists {
  #layers: Layers;

  constructor(configured: AddressRules = {}) {
    this.#layers = { configured: compileLayer(configured), stored: compileLayer({}) };
  }

  /** @throws TypeError or RangeError that names the entry; nothing has changed then. */
  replace(origin: RulesOrigin, rules: AddressRules): void {
    this.#layers = { ...this.#layers, [origin]: compileLayer(rules) };
  }

  entries(origin: RulesOrigin): AddressRulesSnapshot {
    const { allow, ban } = this.#layers[origin];
    return { allow: allow.entries, ban: ban.entries };
  }

  /** Whether a client may come in; one without an address (a Unix socket) may unless there is a list of those allowed. */
  admits(address: AskedAddress | undefined, nowMs: number): boolean {
    const layers = this.#layers;
    if (address?.[admittedBy] === layers) return true;
    const { configured, stored } = layers;
    const isOpen = configured.allow.set.size + stored.allow.set.size === 0;
    if (address === undefined) return isOpen;
    if (configured.ban.set.has(address, nowMs) || stored.ban.set.has(address, nowMs)) return false;
    const isAdmitted = isOpen || configured.allow.set.has(address, nowMs) || stored.allow.set.has(address, nowMs);
    // Time alone ends no ban too early, but it ends a permission.
    const lasts = !configured.allow.set.hasEnds && !stored.allow.set.hasEnds;
    if (isAdmitted && lasts) address[admittedBy] = layers;
    return isAdmitted;
  }
}

function compileLayer({ allow = [], ban = [] }: AddressRules): Layer {
  return { allow: compileEntries('allow', allow), ban: compileEntries('ban', ban) };
}

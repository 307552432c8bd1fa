/** So many requests in each window of time. */
export interface RateLimit {
  readonly max: number;
  readonly windowMs: number;
}

/** The limit of one route. */
export interface RouteRateLimit extends RateLimit {
  /** Whose requests are counted together: those of a client (its token, or else its address), or everybody's. @default 'client' */
  readonly by?: 'client' | 'all';
}

/** What is limited. All that are given apply. */
export interface RateRules {
  /** Each address; of IPv6 each /64, which is what one customer has. */
  readonly perAddress?: RateLimit;
  /** Each bearer token, wherever it is used from. */
  readonly perToken?: RateLimit;
  /** By method and pattern, as the route was declared: `'PUT /v1/cache/:key'`. A HEAD counts as a GET, unless it has its own. */
  readonly perRoute?: Readonly<Record<string, RouteRateLimit>>;
}

/** @throws RangeError that names the rule. */
export function checkRateRules(rules: RateRules): void {
  const { perAddress, perToken, perRoute = {} } = rules;
  if (perAddress !== undefined) checkLimit('perAddress', perAddress);
  if (perToken !== undefined) checkLimit('perToken', perToken);
  for (const [route, limit] of Object.entries(perRoute)) {
    if (!/^[A-Z]+ \//.test(route)) {
      throw new RangeError(
        `limits.perRoute: ${JSON.stringify(route)} must be a method and a pattern: "GET /v1/cache/:key"`,
      );
    }
    checkLimit(`perRoute[${JSON.stringify(route)}]`, limit);
  }
}

function checkLimit(name: string, { max, windowMs }: RateLimit): void {
  if (!(Number.isSafeInteger(max) && max >= 1)) {
    throw new RangeError(`limits.${name}.max must be a whole number above 0, got ${max}`);
  }
  if (!(Number.isSafeInteger(windowMs) && windowMs >= 1)) {
    throw new RangeError(`limits.${name}.windowMs must be a whole number of milliseconds above 0, got ${windowMs}`);
  }
}

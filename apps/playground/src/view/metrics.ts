/** One line of a Prometheus text exposition. */
export interface MetricSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const line = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{([^}]*)\})? (\S+)/;
const label = /([a-zA-Z_][a-zA-Z0-9_]*)="([^"]*)"/g;

/** Reads what a `/metrics` page says; comments and lines of another shape are passed over. */
export function parseMetrics(page: string): MetricSample[] {
  const samples: MetricSample[] = [];
  for (const row of page.split('\n')) {
    const match = line.exec(row);
    if (match === null) continue;
    const [, name = '', labels = '', value = ''] = match;
    samples.push({
      name,
      labels: Object.fromEntries([...labels.matchAll(label)].map(([, key = '', text = '']) => [key, text])),
      value: Number(value),
    });
  }
  return samples;
}

/**
 * Fetches and reads a role's `/metrics`.
 *
 * @returns undefined while the role does not answer: it is restarting, or gone.
 */
export async function fetchMetrics(port: number): Promise<MetricSample[] | undefined> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/metrics`, { signal: AbortSignal.timeout(1000) });
    return response.ok ? parseMetrics(await response.text()) : undefined;
  } catch {
    return undefined;
  }
}

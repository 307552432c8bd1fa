/** A topology file that uses everything, with two regions. */
export const sample = `version: 1
regions:
  east:
    redis: redis://127.0.0.1:4500
    pool:
      hash: ketama
      nodes:
        - { name: east-1, address: 127.0.0.1:4501, weight: 2 }
        - { name: east-2, address: /run/memcached.sock }
    proxy:    { http: 127.0.0.1:4510, memcached: 127.0.0.1:4511 }
    shipper:  { http: 127.0.0.1:4512 }
    receiver: { http: 127.0.0.1:4513, url: "https://east.example:4513/base" }
  west:
    redis: rediss://lockstep@west.example/2
    pool: { nodes: [{ name: west-1, address: "[::1]:4521" }] }
    proxy:    { http: 127.0.0.1:4530, memcached: 127.0.0.1:4531 }
    shipper:  { http: 127.0.0.1:4532 }
    receiver: { http: 127.0.0.1:4533 }
classes:
  - { prefix: "user:", policy: replicate }
  - { prefix: "user:tmp:", policy: none }
`;

/** The sample with one piece of its text replaced. */
export function sampleWith(piece: string, replacement: string): string {
  if (!sample.includes(piece)) throw new Error(`the sample has no ${piece}`);
  return sample.replace(piece, () => replacement);
}

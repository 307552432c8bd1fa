import { drawOperation, peekAll } from './operations.ts';
import { type SimNode, startNode } from './sim-node.ts';
import type { World } from './world.ts';

/** An operation that has not ended. */
interface UnderWay {
  readonly node: SimNode;
  readonly what: string;
}

/** Codes that a caller must expect. */
const expected =
  /^ERR_CACHE_(?:INVALIDATION_PENDING|NOT_EVERYWHERE|FENCE|TIMEOUT|LOAD_TIMEOUT|OVERLOADED|PARTITIONED)$/;

/** The processes of a world, with what they do. */
export class Fleet {
  readonly #world: World;
  readonly #nodes: SimNode[] = [];
  readonly #underWay = new Set<UnderWay>();
  #started = 0;

  constructor(world: World) {
    this.#world = world;
  }

  alive(): SimNode[] {
    return this.#nodes.filter(({ process }) => process.isAlive);
  }

  /** What has not settled, of processes that live. */
  unsettled(): string[] {
    const operations = [...this.#underWay].filter(({ node }) => node.process.isAlive);
    const outboxes = this.alive().filter(({ cache }) => cache.health().outbox > 0);
    return [
      ...operations.map(({ node, what }) => `${node.name} ${what}`),
      ...outboxes.map(({ name }) => `${name} outbox`),
    ];
  }

  /** Starts a process; it works until the world is over. */
  start(): SimNode {
    const node = startNode(this.#world, `n${this.#started++}`);
    this.#nodes.push(node);
    this.#work(node);
    return node;
  }

  /** Replaces processes that are gone, some day. */
  tend(): void {
    const { random, scenario } = this.#world;
    if (this.alive().length < scenario.nodes && random.chance(0.3)) this.start();
  }

  /** Follows an operation to its end. */
  async follow(node: SimNode, what: string, run: () => Promise<unknown>): Promise<void> {
    const entry = { node, what };
    this.#underWay.add(entry);
    try {
      await run();
    } catch (error) {
      const { code, message } = error as { code?: string; message: string };
      this.#world.trace.add(node.name, `${what} failed: ${code ?? message}`);
      const isExplained = code === undefined ? message.includes('hiccups') : expected.test(code);
      if (!isExplained) this.#world.oracle.report('settles', `${node.name} ${what}: ${(error as Error).stack}`);
    } finally {
      this.#underWay.delete(entry);
    }
  }

  #work(node: SimNode): void {
    const { scenario, isOver } = this.#world;
    if (isOver) return;
    const pause = -Math.log(1 - node.process.random.next()) * scenario.pauseMs;
    node.process.post(pause, () => {
      peekAll(this.#world, node);
      const operation = drawOperation(this.#world);
      void this.follow(node, operation.name, () => operation(this.#world, node));
      this.#work(node);
    });
  }
}

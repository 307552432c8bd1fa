import { describe, expect, it } from 'vitest';

import { readEnvironment } from '../../src/process/environment.ts';

describe('readEnvironment', () => {
  it('has defaults for all of it', () => {
    const environment = readEnvironment({});
    expect(environment).toMatchObject({ logLevel: 'info' });
    expect(environment.linkToken).toBeUndefined();
    expect(environment.redisPassword('east')).toBeUndefined();
  });

  it('takes the password of a region before the one of all', () => {
    const environment = readEnvironment({
      LOCKSTEP_REDIS_PASSWORD: 'all',
      LOCKSTEP_REDIS_PASSWORD_EU_WEST_1: 'one',
      LOCKSTEP_LINK_TOKEN: 'token',
      LOG_LEVEL: 'debug',
    });
    expect(environment).toMatchObject({ logLevel: 'debug', linkToken: 'token' });
    expect(environment.redisPassword('eu-west-1')).toBe('one');
    expect(environment.redisPassword('east')).toBe('all');
  });

  it('takes what consumers need in the same way, and in no place that a log prints', () => {
    const environment = readEnvironment({
      LOCKSTEP_AMQP_PASSWORD: 'all',
      LOCKSTEP_AMQP_PASSWORD_EAST: 'one',
      LOCKSTEP_SINK_TOKEN: 'token',
    });
    expect([environment.amqpPassword('east'), environment.amqpPassword('west')]).toEqual(['one', 'all']);
    expect([environment.sinkToken(), environment.redisPassword('east')]).toEqual(['token', undefined]);
    expect(JSON.stringify(environment)).toBe('{"logLevel":"info"}');
    expect(() => readEnvironment({ LOCKSTEP_SINK_TOKEN: 'a b' })).toThrow(
      'LOCKSTEP_SINK_TOKEN must be printable ASCII',
    );
  });

  it('has secrets by the names that a topology calls them, and a token of operators', () => {
    const environment = readEnvironment({ LOCKSTEP_SECRET_SHOP: 'hunter2', LOCKSTEP_ADMIN_TOKEN: 'token' });
    expect([environment.secret('SHOP'), environment.secret('OTHER')]).toEqual(['hunter2', undefined]);
    expect([environment.adminToken(), readEnvironment({}).adminToken()]).toEqual(['token', undefined]);
    expect(JSON.stringify(environment)).toBe('{"logLevel":"info"}');
    expect(() => readEnvironment({ LOCKSTEP_SECRET_SHOP: '', LOCKSTEP_ADMIN_TOKEN: 'a b' })).toThrow(
      expect.objectContaining({
        problems: [
          'LOCKSTEP_SECRET_SHOP is set but empty; give it a value or unset it',
          'LOCKSTEP_ADMIN_TOKEN must be printable ASCII without spaces, since it travels in an HTTP header',
        ],
      }),
    );
  });

  it('takes one or two keys of links, and none that is short', () => {
    const [one, two] = ['a-key-of-16-chars', 'another-key-of-20-ch'];
    expect(readEnvironment({ LOCKSTEP_LINK_KEYS: `${one},${two}` }).linkKeys()).toEqual([one, two]);
    for (const keys of ['short', `${one},${two},${one}`, `${one},`]) {
      expect(() => readEnvironment({ LOCKSTEP_LINK_KEYS: keys })).toThrow(
        'LOCKSTEP_LINK_KEYS must be one or two keys of 16 characters or more, joined by a comma',
      );
    }
  });

  it('names every variable that is empty or malformed, and repeats no secret', () => {
    const variables = {
      LOCKSTEP_REDIS_PASSWORD: '',
      LOCKSTEP_REDIS_PASSWORD_EAST: '',
      LOCKSTEP_LINK_TOKEN: 'hunter2 with spaces',
      LOG_LEVEL: 'verbose',
    };
    expect(() => readEnvironment(variables)).toThrow(
      expect.objectContaining({
        code: 'ERR_SERVICE_KIT_ENVIRONMENT',
        problems: [
          'LOCKSTEP_REDIS_PASSWORD is set but empty; give it a value or unset it',
          'LOCKSTEP_REDIS_PASSWORD_EAST is set but empty; give it a value or unset it',
          'LOCKSTEP_LINK_TOKEN must be printable ASCII without spaces, since it travels in an HTTP header',
          'LOG_LEVEL is "verbose"; it must be trace, debug, info, warn, error, fatal or silent',
        ],
      }),
    );
  });

  it('says of an empty LOG_LEVEL only that it is empty', () => {
    expect(() => readEnvironment({ LOG_LEVEL: '' })).toThrow(
      /^LOG_LEVEL is set but empty; give it a value or unset it$/,
    );
  });
});

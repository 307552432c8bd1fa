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

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Router } from '../../../local/api-gateway/router.ts';

const routes = (...paths: string[]): Router<string> => {
  const router = new Router<string>();
  for (const path of paths) router.add(path, path);
  return router;
};

describe('Router', () => {
  it.each([
    ['/order', '/order', null],
    ['/order/', '/order', null],
    ['/order//', '/order', null],
    ['/', '/', null],
    ['/tasks/17', '/tasks/{id}', { id: '17' }],
    ['/tasks/17/', '/tasks/{id}', { id: '17' }],
    ['/tasks/new', '/tasks/new', null],
    ['/tasks/a%2Fb', '/tasks/{id}', { id: 'a%2Fb' }],
    ['/files/a', '/files/{proxy+}', { proxy: 'a' }],
    ['/files/a/b//c/', '/files/{proxy+}', { proxy: 'a/b//c' }],
    ['/files/a%20b/+', '/files/{proxy+}', { proxy: 'a%20b/+' }],
    ['/shops/s1/files/x/y', '/shops/{shop}/files/{rest+}', { shop: 's1', rest: 'x/y' }],
  ])('leads %s to %s with %j', (path, target, pathParameters) => {
    const router = routes('/', '/order', '/tasks/new', '/tasks/{id}', '/files/{proxy+}', '/shops/{shop}/files/{rest+}');
    expect(router.find(path)).toEqual({ target, pathParameters });
  });

  it.each(['/orders', '/ORDER', '/order/x', '/tasks', '/tasks//', '/files', '/files/', '/%6frder', '//order'])(
    'leads %s nowhere',
    (path) => {
      expect(routes('/order', '/tasks/{id}', '/files/{proxy+}').find(path)).toBeUndefined();
    },
  );

  it('prefers a name to a parameter to a greedy parameter, whatever was added first', () => {
    const paths = ['/{proxy+}', '/{a}', '/x', '/x/{b}', '/x/y'];
    fc.assert(
      fc.property(fc.shuffledSubarray(paths, { minLength: paths.length }), (order) => {
        const router = routes(...order);
        expect(['/x', '/z', '/x/y', '/x/z', '/z/y', '/x/y/z'].map((path) => router.find(path)?.target)).toEqual([
          '/x',
          '/{a}',
          '/x/y',
          '/x/{b}',
          '/{proxy+}',
          '/{proxy+}',
        ]);
      }),
    );
  });

  it('goes back to a parameter where a name leads no further', () => {
    const router = routes('/a/b', '/{x}/c');
    expect(router.find('/a/c')).toEqual({ target: '/{x}/c', pathParameters: { x: 'a' } });
  });

  it('hands a greedy parameter the rest of any path as it was sent', () => {
    const segment = fc.string({ minLength: 1, unit: fc.constantFrom(...'aB3%+.~:@-_') });
    fc.assert(
      fc.property(fc.array(segment, { minLength: 1, maxLength: 6 }), (segments) => {
        const rest = segments.join('/');
        expect(routes('/p/{proxy+}').find(`/p/${rest}`)?.pathParameters).toEqual({ proxy: rest });
      }),
    );
  });
});
